"""Querysets of the lists of reports: failed ones, and protocols to be reported."""

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from actors.jobs import Job
from lims.models import Protocol, ProtocolStatus, Report, ReportStatus, User
from lims.services.reports.publishing import ACTOR


def with_failures(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Return the reports with `has_failed`: finalized, but the job that issues it has given up."""
    job = Job.objects.filter(actor=ACTOR, state="failed", ref=Cast(OuterRef("pk"), CharField(max_length=200)))
    # The job is only looked for where it matters: most reports were issued long ago.
    failed = ExpressionWrapper(Q(status=ReportStatus.FINALIZED) & Q(Exists(job)), output_field=BooleanField())
    return reports.annotate(has_failed=failed)


def to_be_written(user: User) -> QuerySet[Protocol]:
    """Return what is ready, and of which the user may see that nobody has begun its report."""
    reports = Report.objects.filter(protocol=OuterRef("pk"))
    # What is ready was received; so the index by that time serves the order of a work list.
    return Protocol.objects.visible_to(user).filter(
        ~Exists(reports), status=ProtocolStatus.READY, received_at__isnull=False
    )
