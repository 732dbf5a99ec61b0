"""The page of a report, and its amendment and withdrawal."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, LimsError, NotVisible
from lims.forms.kit.refusing import refuse
from lims.forms.reports.page import ReasonForm
from lims.models import Report, ReportStatus, User
from lims.requests import AuthenticatedRequest
from lims.services.reports import access
from lims.services.reports.amending import AMENDABLE, amend_report, withdraw_report
from lims.views.kit.guard import authenticated
from lims.views.mail.deliveries import rows_for
from lims.views.reports.finalizing import FAILED, progress_of
from lims.views.reports.history import history_entries
from lims.views.reports.pdf import PAST, version_url


@require_safe
@authenticated
def report(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a report; one's own draft leads to where it is written."""
    found = _report(request.user, pk)
    if found.status == ReportStatus.DRAFT and access.is_author(request.user, found):
        return redirect("report_write", pk)
    return _page(request, found)


@require_POST
@authenticated
def amend(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Begin a new version, with the reason that it will print, and lead to where it is written."""
    try:
        draft = amend_report(request.user, pk, request.POST.get("reason", ""))
    except (Incomplete, InvalidTransition) as error:
        return _refused(request, pk, "amendment", error)
    return redirect("report_write", draft.pk)


@require_POST
@authenticated
def withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Withdraw an issued report for a reason, and notify everybody who has it."""
    try:
        withdraw_report(request.user, pk, request.POST.get("reason", ""))
    except (Incomplete, InvalidTransition) as error:
        return _refused(request, pk, "withdrawal", error)
    messages.success(request, _("The report was withdrawn. Everybody who has it is being told."))
    return redirect("report", pk)


def _refused(request: AuthenticatedRequest, pk: int, name: str, error: LimsError) -> HttpResponse:
    form = _reason_form(name, request.POST)
    form.is_valid()
    refuse(form, error)
    return _page(request, _report(request.user, pk), {name: form}, status=409)


def _reason_form(name: str, data: QueryDict | None = None) -> ReasonForm:
    # Both stand on one page.
    return ReasonForm(data, auto_id=f"{name}_%s")


def _report(user: User, pk: int) -> Report:
    visible = Report.objects.visible_to(user).defer("snapshot")
    people = ("protocol__veterinarian__user", "author__staff_member__user")
    found = visible.select_related(*people).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such report."))
    return found


def _page(
    request: AuthenticatedRequest,
    report: Report,
    forms: dict[str, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    versions = _versions(user, report)
    context: dict[str, Any] = {
        "report": report,
        "protocol": report.protocol,
        "veterinarian": report.protocol.veterinarian,
        "versions": versions,
        "current": next((version for version in versions if version.status == ReportStatus.ISSUED), None),
        "is_past": report.status in PAST,
        "pdf_url": version_url(report),
        "history": history_entries(report, user),
    }
    if report.is_archived:
        verify_path = reverse("verify_report", args=(report.verification_token,))
        context["verify_url"] = f"{settings.SITE_URL}{verify_path}"
    if user.is_laboratory:
        context |= _for_laboratory(user, report, versions)
    return render(request, "reports/detail.html", context | (forms or {}), status=status)


def _versions(user: User, report: Report) -> list[Report]:
    visible = Report.objects.visible_to(user).filter(protocol=report.protocol_id)
    shown = visible.only("version", "status", "protocol", "issued_at", "amendment_reason", "replaces")
    return list(shown.order_by("-version"))


def _for_laboratory(user: User, report: Report, versions: list[Report]) -> dict:
    successor = next((version for version in versions if version.replaces_id == report.pk), None)
    may_amend = access.may_amend(user, report)
    amendable = report.status in AMENDABLE and successor is None
    progress = progress_of(report)
    report.has_failed = progress["state"] == FAILED  # type: ignore[attr-defined]
    return {
        "progress": progress,
        "deliveries": rows_for(user).filter(report=report),
        "successor": successor,
        "is_author": access.is_author(user, report),
        "may_amend": may_amend and amendable,
        "may_withdraw": may_amend and report.status == ReportStatus.ISSUED,
        "amendment": _reason_form("amendment"),
        "withdrawal": _reason_form("withdrawal"),
    }
