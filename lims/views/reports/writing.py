"""The pages on which a report is written: begin it, write it, see what an amendment changes, discard it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, StaleEdit
from lims.forms.kit.printing import printing_note
from lims.forms.reports.reports import DraftForm
from lims.forms.work_orders.work_orders import refuse
from lims.models import Protocol, Report, ReportStatus
from lims.services.reports.amending import preview_changes
from lims.services.reports.content import Content
from lims.services.reports.drafts import begin_report, discard_draft, save_draft
from lims.services.reports.finalizing import missing_parts
from lims.typing import AuthenticatedRequest
from lims.views.kit import saving
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.reports.writing_page import draft_form, own_report, writing_page


@require_POST
@authenticated
def report_begin(request: AuthenticatedRequest, protocol_pk: int) -> HttpResponse:
    """Begin a protocol's report, or go on with the draft that there is."""
    protocol = get_object_or_404(Protocol.objects.visible_to(request.user), pk=protocol_pk)
    try:
        report = begin_report(request.user, protocol.pk)
    except (Incomplete, InvalidTransition) as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
        return redirect("report_worklist")
    if wants_json(request):
        return JsonResponse({"id": report.pk, "url": _write_url(report)}, status=201)
    return HttpResponseRedirect(_write_url(report))


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def report_write(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a draft to its author, to be written; a POST saves what was typed."""
    report = own_report(request, pk)
    if request.method == "POST":
        return _save(request, report)
    if report.status != ReportStatus.DRAFT:
        return redirect("report", pk)
    return writing_page(request, report, draft_form(report))


@require_POST
@authenticated
def report_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    report = own_report(request, pk)
    try:
        discard_draft(request.user, report.pk)
    except InvalidTransition as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
        return redirect("report", pk)
    if wants_json(request):
        return JsonResponse({"state": "discarded"})
    messages.success(request, _("The draft of %(number)s was discarded.") % {"number": report.protocol})
    return redirect("report_worklist")


@require_safe
@authenticated
def report_changes(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show the author what is about to be signed, and what an amendment changes."""
    report = own_report(request, pk)
    if report.status != ReportStatus.DRAFT:
        return redirect("report", pk)
    changes = preview_changes(request.user, pk) if report.replaces_id else []
    missing = missing_parts(report)
    if wants_json(request):
        return JsonResponse({"changes": [change._asdict() for change in changes], "missing": missing})
    context = {"report": report, "protocol": report.protocol, "changes": changes, "missing": missing}
    return render(request, "reports/changes.html", context)


def _save(request: AuthenticatedRequest, report: Report) -> HttpResponse:
    form = draft_form(report, request)
    if not form.is_valid():
        return _refused(request, report, form, "incomplete")
    try:
        report = _save_typed(request, report, form)
    except StaleEdit as error:
        return _conflict(request, report, form, error)
    except Incomplete as error:
        refuse(form, error)
        return _refused(request, report, form, "incomplete")
    except InvalidTransition as error:
        return saving.closed(request, error, "report", report.pk)
    return _saved(request, report, form)


def _save_typed(request: AuthenticatedRequest, report: Report, form: DraftForm) -> Report:
    content = Content(
        texts=form.texts(),
        is_preliminary=form.cleaned_data["is_preliminary"],
        diagnoses=form.typed_diagnoses(),
        cassettes=form.typed_cassettes(),
    )
    return save_draft(request.user, report.pk, form.cleaned_data["edit_version"], content)


def _saved(request: AuthenticatedRequest, report: Report, form: DraftForm) -> HttpResponse:
    if wants_json(request):
        return saving.saved(report.edit_version, [form])
    if note := printing_note(form):
        messages.warning(request, note)
    if "review" in request.POST:
        return redirect("report_changes", report.pk)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(_write_url(report))


def _conflict(
    request: AuthenticatedRequest, report: Report, form: DraftForm, error: StaleEdit
) -> HttpResponse:
    if wants_json(request):
        return saving.refused(error, "stale")
    form.add_error(None, str(error))
    form.take_version(report.edit_version)
    return writing_page(request, report, form, conflict=True, status=409)


def _refused(request: AuthenticatedRequest, report: Report, form: DraftForm, kind: str) -> HttpResponse:
    if not wants_json(request):
        return writing_page(request, report, form, status=409)
    fields = {name: " ".join(errors) for name, errors in form.errors.items() if name != "__all__"}
    sentence = " ".join(form.non_field_errors()) or _("Something is missing or wrong.")
    return saving.refused(Incomplete(sentence, fields), kind)


def _write_url(report: Report) -> str:
    return reverse("report_write", args=(report.pk,))
