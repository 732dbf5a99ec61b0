"""Micrographs of a draft: uploaded, described, ordered and removed on its writing page."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lims.errors import Incomplete, InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.parsing import typed_pk
from lims.forms.kit.printing import printing_note
from lims.forms.kit.refusing import field_errors
from lims.forms.reports.reports import ImageForm
from lims.models import Report, ReportImage
from lims.requests import AuthenticatedRequest
from lims.services.reports import images as service
from lims.views.kit import saving
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.reports.writing import images_of, own_report

# What can be put right on the page; the rest is answered as everywhere.
CORRECTABLE = (Incomplete, InvalidTransition, StaleEdit)


@require_POST
@authenticated
def report_images(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = own_report(request, pk)
    uploads = request.FILES.getlist("images")
    try:
        if not uploads:
            raise Incomplete(_("No file was chosen."), {"images": _("Choose one or more images.")})
        service.add_images(request.user, report.pk, uploads)
    except CORRECTABLE as error:
        return _refused(request, report, error)
    return _done(request, report)


@require_POST
@authenticated
def report_image_order(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Order the images: by all their ids, or by moving one of them a place."""
    report = own_report(request, pk)
    ids = list(report.images.values_list("pk", flat=True))
    try:
        service.order_images(request.user, report.pk, _wanted_order(request, ids))
    except CORRECTABLE as error:
        return _refused(request, report, error)
    return _done(request, report)


@require_POST
@authenticated
def report_image(request: AuthenticatedRequest, pk: int, image_pk: int) -> HttpResponse:
    """Describe an image: caption, magnification, stain."""
    report, image = _own_image(request, pk, image_pk)
    form = ImageForm(request.POST, instance=image)
    try:
        if not form.is_valid():
            raise Incomplete(_("Something is missing or wrong."), field_errors(form))
        service.describe_image(request.user, image.pk, **form.cleaned_data)
    except CORRECTABLE as error:
        return _refused(request, report, error)
    if wants_json(request):
        return JsonResponse(saving.notes([form]))
    if note := printing_note(form):
        messages.warning(request, note)
    return _back(report)


@require_POST
@authenticated
def report_image_remove(request: AuthenticatedRequest, pk: int, image_pk: int) -> HttpResponse:
    report, image = _own_image(request, pk, image_pk)
    try:
        service.remove_image(request.user, image.pk)
    except CORRECTABLE as error:
        return _refused(request, report, error)
    return _done(request, report)


@require_POST
@authenticated
def report_image_retry(request: AuthenticatedRequest, pk: int, image_pk: int) -> HttpResponse:
    report, image = _own_image(request, pk, image_pk)
    try:
        service.retry_image(request.user, image.pk)
    except CORRECTABLE as error:
        return _refused(request, report, error)
    return _done(request, report)


@require_GET
@authenticated
def report_image_picture(request: AuthenticatedRequest, pk: int, image_pk: int) -> HttpResponse:
    """Lead to the picture in the store."""
    get_object_or_404(Report.objects.visible_to(request.user).filter(images=image_pk), pk=pk)
    response = HttpResponseRedirect(service.picture_url(request.user, image_pk))
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@authenticated
def report_images_state(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the images as the fragment of the writing page."""
    report = own_report(request, pk)
    return render(request, "reports/write_images.html", {"report": report, "images": images_of(report)})


def _own_image(request: AuthenticatedRequest, pk: int, image_pk: int) -> tuple[Report, ReportImage]:
    report = own_report(request, pk)
    image = report.images.filter(pk=image_pk).first()
    if image is None:
        raise Http404
    return report, image


def _wanted_order(request: AuthenticatedRequest, ids: list[int]) -> list[int]:
    """Return the ids as posted; without a script one image is moved `up` or `down` a place."""
    for name, step in (("up", -1), ("down", 1)):
        moved = typed_pk(request.POST.get(name, ""))
        if moved in ids:
            return _moved(ids, ids.index(moved), step)
    return [pk for typed in request.POST.getlist("ids") if (pk := typed_pk(typed))]


def _moved(ids: list[int], place: int, step: int) -> list[int]:
    wanted = min(max(place + step, 0), len(ids) - 1)
    rest = ids[:place] + ids[place + 1 :]
    return [*rest[:wanted], ids[place], *rest[wanted:]]


def _done(request: AuthenticatedRequest, report: Report) -> HttpResponse:
    """Answer the page's script, which then asks for the fragment; without it, lead back to the page."""
    return HttpResponse(status=204) if wants_json(request) else _back(report)


def _refused(request: AuthenticatedRequest, report: Report, error: LimsError) -> HttpResponse:
    if wants_json(request):
        return error_json(error, 409)
    messages.error(request, " ".join([str(error), *error.fields.values()]))
    return _back(report)


def _back(report: Report) -> HttpResponse:
    return HttpResponseRedirect(reverse("report_write", args=(report.pk,)) + "#images")
