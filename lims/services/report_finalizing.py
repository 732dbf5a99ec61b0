"""Finalizing: the author's signature under a draft, which from then on says what it says."""

import json
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors import jobs
from lims.documents.limits import PaperTooLarge, check_texts, texts_in
from lims.documents.reading import RowReader
from lims.documents.reports import Seal, snapshot
from lims.errors import Incomplete, InvalidTransition, NotAllowed
from lims.models import (
    ProtocolStatus,
    Report,
    ReportDiagnosis,
    ReportHistory,
    ReportImage,
    ReportImageState,
    ReportStatus,
    Specimen,
    User,
)
from lims.models.reports import TEXT_FIELDS
from lims.services import reports

MAY_NOT_SIGN = gettext_lazy("You may not sign reports yet. Ask an administrator.")
TOKEN_BYTES = 16
# Read aloud and typed from paper: nothing in it looks like something else.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
# Kept as SQL, as all that is read for the snapshot: who clicks waits for it.
DIAGNOSES = RowReader(
    lambda report: ReportDiagnosis.objects.filter(report=report).values(
        "pk", "specimen_id", "diagnosis", "synoptic"
    )
)
SPECIMENS = RowReader(lambda protocol: Specimen.objects.filter(protocol=protocol).values("pk"))
UNREADY = RowReader(
    lambda report: (
        ReportImage.objects.filter(report=report).exclude(state=ReportImageState.READY).values("pk", "state")
    )
)
FROZEN = ("status", "snapshot", "finalized_at", "verification_token", "verification_code", "changed_at")


@transaction.atomic
def finalize_report(by: User, pk: int) -> Report:
    """Freeze the user's own draft as it is now, and have it issued; return the report.

    Raises NotVisible; NotAllowed for everybody but its author, and for one who may not sign;
    InvalidTransition if it is no draft any more, so that a second click changes nothing, or if its protocol
    is not ready; and Incomplete with all that is missing. The number of statements is the same for any size.
    """
    # The snapshot reads the texts, all at once.
    report = reports.own(by, pk, without=TEXT_FIELDS)
    reports.move(report, ReportStatus.FINALIZED)
    _check_protocol(report)
    _check_signer(report)
    _check_complete(report)
    freeze(report, timezone.now())
    reports.record(report, ReportHistory.Action.FINALIZED, by)
    jobs.enqueue("publish_report", str(report.pk), (report.pk,), requested_by_id=by.pk)
    return report


def missing_parts(report: Report) -> dict[str, str]:
    """Return what keeps a draft from being finalized: a sentence for each field, empty if nothing does."""
    missing = _missing_of_signer(report) | _missing_diagnoses(report) | _unready_images(report)
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


def _check_complete(report: Report) -> None:
    if missing := missing_parts(report):
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


def _missing_diagnoses(report: Report) -> dict[str, str]:
    rows = DIAGNOSES.read_all(report.pk)
    missing = {
        f"diagnosis-{row['pk']}": _("Write the diagnosis.") for row in rows if not row["diagnosis"].strip()
    }
    covered = {row["specimen_id"] for row in rows}
    specimens = {row["pk"] for row in SPECIMENS.read_all(report.protocol_id)}
    if not rows or specimens - covered:
        missing["diagnoses"] = _("A specimen has no diagnosis yet. Open the draft again from the work list.")
    return missing | _half_tables(rows)


def _half_tables(rows: list[dict[str, Any]]) -> dict[str, str]:
    told = _("Each row needs both its element and its answer, were it “not applicable”.")
    half = [row["pk"] for row in rows if any("" in each.values() for each in json.loads(row["synoptic"]))]
    return {f"synoptic-{pk}": told for pk in half}


def _unready_images(report: Report) -> dict[str, str]:
    told = {
        ReportImageState.PREPARING: _("This image is still being prepared. Wait a moment."),
        ReportImageState.FAILED: _("This image could not be used. Remove it."),
    }
    return {f"image-{row['pk']}": told[row["state"]] for row in UNREADY.read_all(report.pk)}


def freeze(report: Report, at: datetime) -> None:
    """Write down what a report says as of a moment, in its new state, with what verifies it; checks nothing.

    In the caller's transaction, which has moved the report. Raises Incomplete for too much text for a paper.
    """
    report.finalized_at = at
    report.verification_token = secrets.token_hex(TOKEN_BYTES)
    report.verification_code = "".join(secrets.choice(CODE_ALPHABET) for __ in range(CODE_LENGTH))
    seal = Seal(report.finalized_at, report.verification_token, report.verification_code)
    report.snapshot = snapshot(report.pk, seal)
    _check_size(report.snapshot)
    report.save(update_fields=FROZEN)


def _check_size(shown: dict) -> None:
    # Once frozen it can no longer be made smaller, and would fail for ever.
    try:
        check_texts(texts_in(shown))
    except PaperTooLarge as error:
        raise Incomplete(_("The report has more text than a paper can have. Shorten it.")) from error
