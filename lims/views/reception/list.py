"""The counter: a code is scanned or typed, and what waits to be received is listed, oldest first."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.forms.reception.reception import CodeForm, ReceptionFilter
from lims.models import Protocol, ProtocolStatus, User
from lims.requests import AuthenticatedRequest
from lims.services.kit import codes
from lims.services.kit.permissions import require_laboratory
from lims.services.reception import batches
from lims.services.reception.receiving import find
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import CSV_CHUNK, Columns, csv_of, list_context, moment, page_of

SHOWN = (
    *("kind", "status", "number", "temporary_code", "animal", "species", "submitted_at"),
    *("owner_first_names", "owner_last_names", "veterinarian__first_names", "veterinarian__last_names"),
)
OPENED_HERE = (ProtocolStatus.SUBMITTED, ProtocolStatus.REJECTED)


@require_safe
@authenticated
def reception(request: AuthenticatedRequest) -> HttpResponseBase:
    """List what waits to be received; a code that is given leads to its sample."""
    require_laboratory(request.user)
    if "code" in request.GET:
        return _open(request)
    filters = ReceptionFilter(request.GET)
    found = filters.apply(_waiting(request.user))
    if request.GET.get("format") == "csv":
        return csv_of(_("to-receive"), COLUMNS, filters.rest(found).iterator(CSV_CHUNK))
    return _page(request, filters, found)


def _open(request: AuthenticatedRequest) -> HttpResponse:
    typed = request.GET["code"].strip()
    protocol = find(request.user, typed)
    if protocol:
        is_here = protocol.status in OPENED_HERE
        return redirect("reception_sample" if is_here else "protocol", protocol.pk)
    form = CodeForm(initial={"code": typed[: codes.TYPED_MAX]})
    filters = ReceptionFilter({})
    message = _sentence(typed)
    if wants_json(request):
        return JsonResponse({"error": message, "fields": {"code": message}}, status=404)
    return _page(request, filters, filters.apply(_waiting(request.user)), form, message)


def _sentence(typed: str) -> str:
    if not typed:
        return _("Scan or type a code.")
    if codes.canonical(typed):
        return _("No sample has this code.")
    return _("This is no code of a sample.")


def _page(
    request: AuthenticatedRequest,
    filters: ReceptionFilter,
    found: QuerySet[Protocol],
    form: CodeForm | None = None,
    message: str = "",
) -> HttpResponse:
    page, next_url = page_of(found, filters, "reception")
    if wants_json(request):
        return JsonResponse({"results": [_row(protocol) for protocol in page], "next": next_url})
    context = list_context(filters, "reception", next_url) | {
        "protocols": page,
        "code": form or CodeForm(),
        "message": message,
        "batch": batches.open_batch(request.user),
        "received": _received(request),
    }
    return render(request, "reception/list.html", context)


def _waiting(user: User) -> QuerySet[Protocol]:
    visible: QuerySet[Protocol] = Protocol.objects.visible_to(user)
    waiting = visible.filter(status=ProtocolStatus.SUBMITTED, submitted_at__isnull=False)
    return waiting.select_related("veterinarian").only(*SHOWN)


def _received(request: AuthenticatedRequest) -> Protocol | None:
    """Return what was received a moment ago, whose label is wanted now."""
    pk = request.GET.get("received", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    return Protocol.objects.visible_to(request.user).filter(pk=pk, number__isnull=False).first()


def _row(protocol: Protocol) -> dict:
    return {
        "id": protocol.pk,
        "code": protocol.code,
        "kind": protocol.kind,
        "status": protocol.status,
        "animal": protocol.animal,
        "species": protocol.species,
        "veterinarian": protocol.veterinarian.name,
        "submitted_at": protocol.submitted_at,
        "url": reverse("reception_sample", args=(protocol.pk,)),
    }


COLUMNS: Columns = (
    (_lazy("Code"), "code"),
    (_lazy("Kind"), "get_kind_display"),
    (_lazy("Animal"), "animal"),
    (_lazy("Species"), "species"),
    (_lazy("Owner"), "owner_name"),
    (_lazy("Veterinarian"), "veterinarian.name"),
    (_lazy("Submitted"), moment("submitted_at")),
)
