"""Finalizing: the author's signature under a draft, which from then on says what it says."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors import jobs
from lims.documents.reports.rows import Row, read
from lims.errors import Incomplete, InvalidTransition, NotAllowed
from lims.models import (
    ProtocolStatus,
    Report,
    ReportHistory,
    ReportImageState,
    ReportStatus,
    User,
)
from lims.services.reports import access
from lims.services.reports.freezing import freeze, rows_to_freeze
from lims.services.reports.report_click import clicked

MAY_NOT_SIGN = gettext_lazy("You may not sign reports yet. Ask an administrator.")


@transaction.atomic
def finalize_report(by: User, pk: int) -> Report:
    """Freeze the user's own draft as it is now, and have it issued; return the report.

    Raises NotVisible; NotAllowed for everybody but its author, and for one who may not sign;
    InvalidTransition if it is no draft any more, so that a second click changes nothing, or if its protocol
    is not ready; and Incomplete with all that is missing. The number of statements is the same for any size.
    """
    report = access.require_author(by, clicked(by, pk))
    access.transition(report, ReportStatus.FINALIZED)
    _check_protocol(report)
    _check_signer(report)
    rows = rows_to_freeze(report)
    _check_complete(report, rows)
    freeze(report, timezone.now(), rows)
    access.record(report, ReportHistory.Action.FINALIZED, by)
    jobs.enqueue("publish_report", str(report.pk), (report.pk,), requested_by_id=by.pk)
    return report


def missing_parts(report: Report, rows: Row | None = None) -> dict[str, str]:
    """Return what keeps a draft from being finalized: a sentence for each field, empty if nothing does.

    `rows` are the report's, where they were read already.
    """
    rows = rows or read(report.pk)
    missing = _missing_of_signer(report) | _missing_diagnoses(rows["diagnoses"], rows["specimens"])
    missing |= _unready_images(rows["images"])
    if report.replaces_id and not report.amendment_reason.strip():
        missing["amendment_reason"] = _("Say why the report is amended.")
    return missing


def _check_protocol(report: Report) -> None:
    amends = report.replaces_id is not None
    allowed = {ProtocolStatus.READY, ProtocolStatus.REPORTED} if amends else {ProtocolStatus.READY}
    if report.protocol.status not in allowed:
        message = _("A protocol that is “%(state)s” cannot be reported yet. The draft stays as it is.")
        raise InvalidTransition(message % {"state": report.protocol.get_status_display()})


def _check_signer(report: Report) -> None:
    if not report.author.may_sign:
        raise NotAllowed(str(MAY_NOT_SIGN))


def _check_complete(report: Report, rows: Row) -> None:
    if missing := missing_parts(report, rows):
        raise Incomplete(_("The report is not complete: see what is missing."), missing)


def _missing_of_signer(report: Report) -> dict[str, str]:
    missing = {}
    if not report.author.may_sign:
        missing["may_sign"] = str(MAY_NOT_SIGN)
    if not report.author.signature_id:
        missing["signature"] = _("Your signature's image is missing. Ask an administrator to add it.")
    if not report.author.licence.strip():
        missing["licence"] = _("Your professional licence is missing. Ask an administrator to add it.")
    return missing


def _missing_diagnoses(rows: list[Row], specimens: list[Row]) -> dict[str, str]:
    missing = {
        f"diagnosis-{row['pk']}": _("Write the diagnosis.") for row in rows if not row["diagnosis"].strip()
    }
    covered = {row["specimen_id"] for row in rows}
    if not rows or {row["pk"] for row in specimens} - covered:
        missing["diagnoses"] = _("A specimen has no diagnosis yet. Open the draft again from the work list.")
    return missing | _half_tables(rows)


def _half_tables(rows: list[Row]) -> dict[str, str]:
    message = _("Each row needs both its element and its answer, were it “not applicable”.")
    half = [row["pk"] for row in rows if any("" in each.values() for each in row["synoptic"])]
    return {f"synoptic-{pk}": message for pk in half}


def _unready_images(rows: list[Row]) -> dict[str, str]:
    message = {
        ReportImageState.PREPARING: _("This image is still being prepared. Wait a moment."),
        ReportImageState.FAILED: _("This image could not be used. Remove it."),
    }
    return {f"image-{row['pk']}": message[row["state"]] for row in rows if row["state"] in message}
