"""A finalized report becomes an issued one: rendered, archived, read back, and only then counted."""

from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from actors import jobs
from lims.documents.reports import document
from lims.errors import InvalidTransition, LimsError
from lims.models import (
    DeliveryKind,
    NotificationKind,
    ProtocolStatus,
    Report,
    ReportHistory,
    ReportStatus,
    Role,
    User,
)
from lims.services.kit.permissions import require_laboratory
from lims.services.mail import notifications
from lims.services.protocols import transitions
from lims.services.reports import access, archive
from lims.services.reports.announcing import announce
from lims.services.reports.archive import Kept
from lims.services.reports.drawing import draw
from pdfcache import store

ACTOR = "publish_report"


class Unpublishable(LimsError):
    """The report's PDF can never be archived as it was finalized; no retry helps until the code changes."""


def request(report: Report, by: User, cooldown_s: float = jobs.FAILED_COOLDOWN_S) -> jobs.Handle:
    """Have a finalized report issued, in the transaction that finalizes it or has it tried again."""
    return jobs.enqueue(ACTOR, str(report.pk), (report.pk,), requested_by_id=by.pk, cooldown_s=cooldown_s)


def publish(job: jobs.Job) -> None:
    """Issue a finalized report: render its snapshot, archive it, read it back, then count it as issued.

    Safe twice, late and after a kill at any point. Raises StoreError, RenderError, Unpublishable and
    LeaseLost; then the report stays finalized.
    """
    report = _finalized(job)
    if report is None:
        return
    jobs.failpoint("before_render")
    pdf = _draw(job, report)
    jobs.failpoint("after_render")
    jobs.renew(job)
    kept = archive.keep(str(report.protocol.public_id), report.version, pdf)
    jobs.failpoint("after_archive")
    _record(job, report, kept, document.pages(pdf))
    jobs.failpoint("after_issue")


def on_failed(job: jobs.Job) -> None:
    """Notify the author and the administrators that a report could not be issued; once per failure."""
    report = Report.objects.filter(pk=job.args[0], status=ReportStatus.FINALIZED).defer("snapshot").first()
    if report:
        users = [report.author.staff_member.user, *notifications.overseers(Role.ADMIN)]
        path = access.path(report)
        notifications.notify(users, NotificationKind.REPORT_FAILED, report.protocol.code, path)


@transaction.atomic
def retry_publishing(by: User, pk: int) -> None:
    """Have a report that could not be issued tried again; harmless while that is under way.

    Raises NotVisible, NotAllowed for everybody outside the laboratory, and InvalidTransition once issued.
    """
    require_laboratory(by)
    report = access.find(by, pk)
    if report.status != ReportStatus.FINALIZED:
        raise InvalidTransition(_("Only a finalized report that is not issued yet can be tried again."))
    if request(report, by, cooldown_s=0).enqueued:
        access.record(report, ReportHistory.Action.RETRIED, by)


def publishing_job(pk: int) -> jobs.Job | None:
    """Return the job that issues a report, whatever its state, or None for one that was never finalized."""
    return jobs.latest(ACTOR, str(pk))


def _finalized(job: jobs.Job) -> Report | None:
    finalized = Report.objects.filter(pk=job.args[0], status=ReportStatus.FINALIZED).defer("snapshot")
    return finalized.select_related("protocol").first()


def _draw(job: jobs.Job, report: Report) -> bytes:
    frozen = document.frozen(report.pk)
    # Sixty micrographs and forty pages may take longer than one lease.
    renew = partial(jobs.renew, job)
    drawn = draw(frozen, read_timeout_s=store.WORKER_READ_TIMEOUT_S, fetched=renew)
    renew()
    try:
        return document.archival(drawn, frozen)
    except document.NotArchivable as error:
        raise Unpublishable(str(error)) from error


def _record(job: jobs.Job, rendered: Report, kept: Kept, pages: int) -> None:
    with transaction.atomic():
        jobs.lock_and_renew(job)
        locked = Report.objects.select_for_update(of=("self",), no_key=True).defer("snapshot")
        related = ("protocol__veterinarian", "author__staff_member__user")
        report = locked.select_related(*related).get(pk=rendered.pk)
        if report.status != ReportStatus.FINALIZED:
            return
        # On the author's authority, whoever had it tried again.
        by = report.author.staff_member.user
        _supersede(report, by)
        _issue(report, kept, pages, by)
        kind = DeliveryKind.REPORT_AMENDED if report.replaces_id else DeliveryKind.REPORT_ISSUED
        announce(report, kind, by)


def _supersede(report: Report, by: User) -> None:
    # First, since a protocol has one current report at most. A withdrawn one stays withdrawn.
    if not report.replaces_id:
        return
    movable = access.may_become(ReportStatus.SUPERSEDED)
    replaced = Report.objects.filter(pk=report.replaces_id, status__in=movable)
    if replaced.update(status=ReportStatus.SUPERSEDED):
        note = f"v{report.version}"
        ReportHistory.objects.create(
            report_id=report.replaces_id, action=ReportHistory.Action.SUPERSEDED, by=by, note=note
        )


def _issue(report: Report, kept: Kept, pages: int, by: User) -> None:
    access.transition(report, ReportStatus.ISSUED)
    Report.objects.filter(pk=report.pk).update(
        status=report.status,
        # The time that the PDF bears; when it was archived stands in the history.
        issued_at=F("finalized_at"),
        archive_key=kept.key,
        archive_version_id=kept.version_id,
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        pages=pages,
    )
    access.record(report, ReportHistory.Action.ISSUED, by)
    if report.protocol.status == ProtocolStatus.READY:
        transitions.transition(report.protocol, ProtocolStatus.REPORTED, by)
