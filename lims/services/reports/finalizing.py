"""Finalizing: checks a draft and its signer, freezes it, and has it published."""

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.reports.rows import Row, read
from lims.errors import Incomplete, InvalidTransition, NotAllowed
from lims.models import (
    Protocol,
    ProtocolStatus,
    Report,
    ReportHistory,
    ReportImageState,
    ReportStatus,
    User,
)
from lims.services.reports import access, publishing
from lims.services.reports.freezing import freeze, rows_to_freeze

# Of the report, in the order of the model's fields, as `from_db` takes them; freezing reads the rest at once.
REPORT = ("id", "protocol_id", "status", "author_id", "replaces_id")
AROUND = ("protocol__status", "author__staff_member__user_id")


@transaction.atomic
def finalize_report(by: User, pk: int) -> Report:
    """Freeze the user's own draft as it is now, and have it issued; return the report.

    Raises NotVisible; NotAllowed for everybody but its author, and for one who may not sign;
    InvalidTransition if it is no draft any more, so that a second click changes nothing, or if its protocol
    is not ready; and Incomplete with all that is missing. The number of statements is the same for any size.
    """
    row = access.row(by, pk, REPORT + AROUND, locks=(Report, Protocol))
    access.require_author(by, row["author__staff_member__user_id"])
    report = Report.from_db(DEFAULT_DB_ALIAS, REPORT, [row[name] for name in REPORT])
    access.transition(report, ReportStatus.FINALIZED)
    _check_protocol(report, ProtocolStatus(row["protocol__status"]))
    rows = rows_to_freeze(report)
    _check_complete(rows)
    freeze(report, timezone.now(), rows)
    access.record(report, ReportHistory.Action.FINALIZED, by)
    publishing.request(report, by)
    return report


def missing_parts(pk: int) -> dict[str, str]:
    """Return what keeps a draft from being finalized: a sentence for each field, empty if nothing does."""
    return _missing_parts(read(pk))


def _check_protocol(report: Report, status: ProtocolStatus) -> None:
    amends = report.replaces_id is not None
    allowed = {ProtocolStatus.READY, ProtocolStatus.REPORTED} if amends else {ProtocolStatus.READY}
    if status not in allowed:
        message = _("A protocol that is “%(state)s” cannot be reported yet. The draft stays as it is.")
        raise InvalidTransition(message % {"state": status.label})


def _check_complete(rows: Row) -> None:
    missing = _missing_parts(rows)
    if "may_sign" in missing:
        raise NotAllowed(missing["may_sign"])
    if missing:
        raise Incomplete(_("The report is not complete: see what is missing."), missing)


def _missing_parts(rows: Row) -> dict[str, str]:
    missing = _missing_of_signer(rows["author"]) | _missing_diagnoses(rows["diagnoses"], rows["specimens"])
    missing |= _unready_images(rows["images"])
    if rows["replaces_id"] and not rows["amendment_reason"].strip():
        missing["amendment_reason"] = _("Say why the report is amended.")
    return missing


def _missing_of_signer(author: Row) -> dict[str, str]:
    missing = {}
    if not author["may_sign"]:
        missing["may_sign"] = _("You may not sign reports yet. Ask an administrator.")
    if not author["signature_id"]:
        missing["signature"] = _("Your signature's image is missing. Ask an administrator to add it.")
    if not author["licence"].strip():
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
    sentences = {
        ReportImageState.PREPARING: _("This image is still being prepared. Wait a moment."),
        ReportImageState.FAILED: _("This image could not be used. Remove it."),
    }
    return {f"image-{row['pk']}": sentences[row["state"]] for row in rows if row["state"] in sentences}
