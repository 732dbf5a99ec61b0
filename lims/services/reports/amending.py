"""Amendment and withdrawal of an issued report."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.reports.changes import FieldChange, changes
from lims.documents.reports.document import frozen, snapshot
from lims.errors import Incomplete, InvalidTransition
from lims.models import (
    DeliveryKind,
    Report,
    ReportCassette,
    ReportDiagnosis,
    ReportHistory,
    ReportImage,
    ReportStatus,
    User,
)
from lims.models.reports import TEXT_FIELDS
from lims.services.kit.texts import normalize, too_long
from lims.services.people.pathologists import require_pathologist
from lims.services.reports import access, prefill
from lims.services.reports.announcing import announce

REASON_MAX = 2_000
AMENDABLE = (ReportStatus.ISSUED, ReportStatus.WITHDRAWN)


@transaction.atomic
def amend_report(by: User, pk: int, reason: str) -> Report:
    """Write the next version's draft, with the content of the user's own report; return it. Not idempotent.

    A report whose author's account is closed is any pathologist's to amend, under their own signature.

    Raises NotVisible, NotAllowed, Incomplete without a reason, and InvalidTransition if it is neither issued
    nor withdrawn, or if it has a successor already, so that a second click changes nothing.
    """
    replaced = access.own_or_left(by, pk)
    reason = _reason(reason, _("An amendment needs a reason."))
    _check_amendable(replaced)
    draft = Report.objects.create(
        protocol=replaced.protocol,
        version=replaced.version + 1,
        author=require_pathologist(by),
        replaces=replaced,
        amendment_reason=reason,
        is_preliminary=replaced.is_preliminary,
        **{name: getattr(replaced, name) for name in TEXT_FIELDS},
    )
    _copy_rows(replaced, draft)
    prefill.add_rows(draft)
    access.record(draft, ReportHistory.Action.AMENDED, by, reason)
    return draft


@transaction.atomic
def withdraw_report(by: User, pk: int, reason: str) -> Report:
    """Withdraw the user's own issued report, or one left behind, and notify those who have it; return it.

    Raises NotVisible, NotAllowed, Incomplete without a reason, and InvalidTransition if it is not issued, so
    that a second click changes nothing.
    """
    report = access.own_or_left(by, pk)
    reason = _reason(reason, _("A withdrawal needs a reason."))
    access.transition(report, ReportStatus.WITHDRAWN)
    report.withdrawn_at, report.withdrawal_reason = timezone.now(), reason
    report.save(update_fields=["status", "withdrawn_at", "withdrawal_reason", "changed_at"])
    access.record(report, ReportHistory.Action.WITHDRAWN, by, reason)
    announce(report, DeliveryKind.REPORT_WITHDRAWN, by)
    return report


def preview_changes(by: User, pk: int) -> list[FieldChange]:
    """Return what an amendment changes, field by field; nothing for a first version. Raises NotVisible."""
    report = access.find(by, pk)
    if not report.replaces_id:
        return []
    return changes(
        frozen(report.replaces_id), snapshot(pk) if report.status == ReportStatus.DRAFT else frozen(pk)
    )


def _reason(reason: str, message: str) -> str:
    reason = normalize(reason).strip()
    wrong = too_long({"reason": (reason, REASON_MAX)}) if reason else {"reason": _("Say why.")}
    if wrong:
        raise Incomplete(message if not reason else _("The reason is too long."), wrong)
    return reason


def _check_amendable(report: Report) -> None:
    if report.status not in AMENDABLE:
        message = _("A report that is “%(state)s” cannot be amended.")
        raise InvalidTransition(message % {"state": report.get_status_display()})
    # Versions are a chain: the protocol's row, which is locked, keeps two of them from the same place.
    if report.protocol.reports.filter(version__gt=report.version).exists():
        raise InvalidTransition(_("This version has a successor already, which is to be amended instead."))


def _copy_rows(source: Report, draft: Report) -> None:
    for model, rows in (
        (ReportDiagnosis, source.diagnoses.all()),
        (ReportCassette, source.cassettes.all()),
        (ReportImage, source.images.all()),
    ):
        model.objects.bulk_create(_copied(row, draft) for row in rows)


def _copied(row: Any, draft: Report) -> Any:
    row.pk, row.report = None, draft
    row._state.adding = True
    return row
