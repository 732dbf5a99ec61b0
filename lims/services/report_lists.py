"""What lists of reports tell beside the rows themselves."""

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from actors.jobs import Job
from lims.models import Report, ReportStatus


def with_failures(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Return the reports with `has_failed`: finalized, but the job that issues it has given up."""
    job = Job.objects.filter(
        actor="publish_report", state="failed", ref=Cast(OuterRef("pk"), CharField(max_length=200))
    )
    # The job is only looked for where it matters: most reports were issued long ago.
    failed = ExpressionWrapper(Q(status=ReportStatus.FINALIZED) & Q(Exists(job)), output_field=BooleanField())
    return reports.annotate(has_failed=failed)
