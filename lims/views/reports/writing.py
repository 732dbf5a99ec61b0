"""Writing a report: begin it, write it beside its case, see what an amendment changes, discard it."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, NotAllowed, StaleEdit
from lims.forms.kit.printing import printing_note
from lims.forms.kit.refusing import field_errors, refuse, sentence_of
from lims.forms.reports.reports import DraftForm, ImageForm
from lims.forms.reports.synoptic import suggestions
from lims.models import ImageUpload, Protocol, Report, ReportImage, ReportStatus, Slide
from lims.requests import AuthenticatedRequest
from lims.services.kit.images import MIB, MICROGRAPH
from lims.services.reports import access
from lims.services.reports.amending import preview_changes
from lims.services.reports.content import Content
from lims.services.reports.drafts import begin_report, discard_draft, save_draft
from lims.services.reports.finalizing import missing_parts
from lims.views.kit import saving
from lims.views.kit.guard import authenticated, wants_json

AROUND = (
    "protocol__veterinarian__user",
    "protocol__histopathology_sample",
    "protocol__cytology_sample",
    "author__staff_member",
    "replaces",
)


@require_POST
@authenticated
def report_begin(request: AuthenticatedRequest, protocol_pk: int) -> HttpResponse:
    """Begin a protocol's report, or go on with the draft that there is."""
    protocol = get_object_or_404(Protocol.objects.visible_to(request.user), pk=protocol_pk)
    try:
        report = begin_report(request.user, protocol.pk)
    except (Incomplete, InvalidTransition) as error:
        messages.error(request, str(error))
        return redirect("report_worklist")
    return redirect("report_write", report.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def report_write(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a draft to its author, to be written; a POST saves what was typed."""
    report = own_report(request, pk)
    if request.method == "POST":
        return _save(request, report)
    if report.status != ReportStatus.DRAFT:
        return redirect("report", pk)
    return _page(request, report, _draft_form(report))


@require_POST
@authenticated
def report_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = own_report(request, pk)
    try:
        discard_draft(request.user, report.pk)
    except InvalidTransition as error:
        messages.error(request, str(error))
        return redirect("report", pk)
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
    context = {
        "report": report,
        "protocol": report.protocol,
        "changes": changes,
        "missing": missing_parts(pk),
    }
    return render(request, "reports/changes.html", context)


def own_report(request: AuthenticatedRequest, pk: int) -> Report:
    """Return a report of which the user is the author; Http404 for strangers, NotAllowed for colleagues."""
    visible = Report.objects.visible_to(request.user).select_related(*AROUND).defer("snapshot")
    report = get_object_or_404(visible, pk=pk)
    if not access.is_author(request.user, report):
        raise NotAllowed(_("Only its author writes a report."))
    return report


def images_of(report: Report) -> Sequence[ReportImage]:
    """Return the images of a report in their order, each with the form that describes it."""
    # What was uploaded is kept where preparing it may yet succeed.
    upload = ImageUpload.objects.filter(pk=OuterRef("pk"))
    images = list(report.images.annotate(may_retry=Exists(upload)))
    for image in images:
        image.form = ImageForm(instance=image)  # type: ignore[attr-defined]
    return images


def _save(request: AuthenticatedRequest, report: Report) -> HttpResponse:
    form = _draft_form(report, request)
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
    return save_draft(request.user, report.pk, form.lock_version, content)


def _saved(request: AuthenticatedRequest, report: Report, form: DraftForm) -> HttpResponse:
    if wants_json(request):
        return saving.saved(report.lock_version, [form])
    if note := printing_note(form):
        messages.warning(request, note)
    if "review" in request.POST:
        return redirect("report_changes", report.pk)
    messages.success(request, _("Saved."))
    return redirect("report_write", report.pk)


def _conflict(
    request: AuthenticatedRequest, report: Report, form: DraftForm, error: StaleEdit
) -> HttpResponse:
    if wants_json(request):
        return saving.refused(error, "stale")
    form.add_error(None, str(error))
    form.rebase(report.lock_version)
    return _page(request, report, form, conflict=True, status=409)


def _refused(request: AuthenticatedRequest, report: Report, form: DraftForm, kind: str) -> HttpResponse:
    if not wants_json(request):
        return _page(request, report, form, status=409)
    return saving.refused(Incomplete(sentence_of(form), field_errors(form)), kind)


def _draft_form(report: Report, request: AuthenticatedRequest | None = None) -> DraftForm:
    """Return the form of a draft, with what was typed if there is a request."""
    diagnoses = list(report.diagnoses.all())
    cassettes = list(report.cassettes.select_related("cassette__specimen"))
    return DraftForm(report, diagnoses, cassettes, request.POST if request else None)


def _page(
    request: AuthenticatedRequest,
    report: Report,
    form: DraftForm,
    *,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Draw the writing page with a form, be it fresh or refused."""
    protocol = report.protocol
    language = protocol.veterinarian.user.language
    context = {
        "report": report,
        "protocol": protocol,
        "form": form,
        "conflict": conflict,
        "specimens": protocol.specimens.all(),
        "slides": _slides(report),
        "images": images_of(report),
        "language": language,
        "synoptic": suggestions(language),
        "upload_bytes_max": MICROGRAPH.megabytes * MIB,
    }
    return saving.page(request, "reports/write.html", context, status)


def _slides(report: Report) -> QuerySet[Slide]:
    cassettes = Prefetch("cassettes", to_attr="shown")
    return report.protocol.slides.prefetch_related(cassettes)
