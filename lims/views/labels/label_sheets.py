"""Label sheets: choose which labels, have them made, and find them again."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from lims.errors import Incomplete
from lims.forms.kit.listing import ListFilter
from lims.forms.kit.parsing import typed_pk
from lims.forms.labels.label_sheets import chosen_parts, chosen_protocols, chosen_things
from lims.models import LabelSheet
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.labels.sheets import count_parts, labels_on, make_sheet, make_sheet_of, require_few
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.kit.listing import Columns, csv_file, list_context, moment, page_of


@require_safe
@authenticated
def label_sheets(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the sheets that were made, newest first."""
    require_laboratory(request.user)
    filters = ListFilter(request.GET)
    sheets = LabelSheet.objects.visible_to(request.user).select_related("made_by__staff_member")
    if request.GET.get("format") == "csv":
        return csv_file(_("label-sheets"), COLUMNS, sheets)
    page, next_url = page_of(sheets, filters, "label_sheets")
    if wants_json(request):
        return JsonResponse({"results": [_row(sheet) for sheet in page], "next": next_url})
    context = {"sheets": [(sheet, sheet.made_by.name) for sheet in page]} | list_context(
        filters, "label_sheets", next_url
    )
    return render(request, "label_sheets/list.html", context)


@require_safe
@authenticated
def label_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show which labels a sheet has."""
    visible = LabelSheet.objects.visible_to(request.user).select_related("made_by__staff_member")
    sheet = get_object_or_404(visible, pk=pk)
    context = {"sheet": sheet, "maker": sheet.made_by.name, "labels": labels_on(sheet)}
    return render(request, "label_sheets/detail.html", context)


@require_safe
@authenticated
def label_sheet_new(request: AuthenticatedRequest) -> HttpResponse:
    """Ask which labels of the protocols that were chosen on a list are wanted; writes nothing."""
    require_laboratory(request.user)
    try:
        protocols = chosen_protocols(request.user, request.GET)
        require_few(len(protocols))
    except Incomplete as error:
        messages.error(request, str(error))
        return redirect(_list_url(request.GET))
    context = {
        "of": ",".join(map(str, protocols)),
        "counts": count_parts(protocols),
        "back_url": _list_url(request.GET),
    }
    return render(request, "label_sheets/new.html", context)


@require_POST
@authenticated
def label_sheet_make(request: AuthenticatedRequest) -> HttpResponse:
    """Make a sheet and lead to its PDF; the same form sent again leads to the same one."""
    require_laboratory(request.user)
    try:
        sheet = _make(request)
    except Incomplete as error:
        if wants_json(request):
            return error_json(error, 409)
        return _refused(request, error)
    pdf_url = reverse("label_sheet_pdf", args=(sheet.pk,))
    return JsonResponse(_row(sheet), status=201) if wants_json(request) else redirect(pdf_url)


def _make(request: AuthenticatedRequest) -> LabelSheet:
    key = request.POST.get("key", "")
    if "of" in request.POST:
        return make_sheet_of(request.user, *chosen_parts(request.POST), key=key)
    return make_sheet(request.user, **chosen_things(request.POST), key=key)


def _refused(request: AuthenticatedRequest, error: Incomplete) -> HttpResponse:
    """Show why nothing is printed, on the page from which the form came."""
    messages.error(request, str(error))
    pk = typed_pk(request.POST.get("of", ""))
    return redirect("protocol", pk) if pk else redirect("label_sheets")


def _list_url(data: QueryDict) -> str:
    query = QueryDict(data.get("filter", "")).urlencode()
    return f"{reverse('protocols')}?{query}" if query else reverse("protocols")


def _row(sheet: LabelSheet) -> dict:
    return {
        "id": sheet.pk,
        "made_at": sheet.made_at,
        "made_by": sheet.made_by.name,
        "labels": sheet.count,
        "url": reverse("label_sheet", args=(sheet.pk,)),
        "pdf_url": reverse("label_sheet_pdf", args=(sheet.pk,)),
    }


COLUMNS: Columns = (
    (_lazy("Number"), "pk"),
    (_lazy("Made"), moment("made_at")),
    (_lazy("Made by"), "made_by.name"),
    (_lazy("Samples"), lambda sheet: len(sheet.protocol_ids)),
    (_lazy("Cassettes"), lambda sheet: len(sheet.cassette_ids)),
    (_lazy("Slides"), lambda sheet: len(sheet.slide_ids)),
)
