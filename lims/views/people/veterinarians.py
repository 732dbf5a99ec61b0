"""Veterinarians for the laboratory: who is to be verified first, and each one's page."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from lims.errors import StaleEdit
from lims.forms.kit.parsing import typed_version
from lims.forms.people.veterinarians import TO_VERIFY, VeterinarianFilter
from lims.models import Protocol, ProtocolStatus, User, Veterinarian
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.people.profiles import NEW
from lims.services.people.veterinarians import unverify_veterinarian, verify_veterinarian
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.kit.listing import Columns, address, csv_file, day, list_context, page_of

TO_VERIFY_SHOWN = 25
OTHERS_SHOWN = 5


@require_safe
@authenticated
def veterinarians(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the veterinarians, newest first; those to verify stand on top while nothing is searched for."""
    require_laboratory(request.user)
    filters = VeterinarianFilter(request.GET)
    found = filters.apply(Veterinarian.objects.visible_to(request.user).select_related("user"))
    if request.GET.get("format") == "csv":
        return csv_file(_("veterinarians"), COLUMNS, found)
    if wants_json(request):
        page, next_url = page_of(found, filters, "veterinarians")
        return JsonResponse({"results": [_row(vet) for vet in page], "next": next_url})
    return _page(request, filters, found)


@require_safe
@authenticated
def veterinarian(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what the laboratory knows of a veterinarian, and how their samples stand."""
    vet = _veterinarian(request, pk)
    if wants_json(request):
        return JsonResponse(_row(vet))
    context = {
        "vet": vet,
        "counts": _counts(request.user, vet),
        "others": _of_same_licence(request.user, vet),
    }
    return render(request, "veterinarians/detail.html", context)


@require_POST
@authenticated
def verify(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Note that the laboratory checked who a veterinarian is; a second click changes nothing."""
    vet = _veterinarian(request, pk)
    try:
        is_new = verify_veterinarian(request.user, vet.pk, typed_version(request.POST) or NEW)
    except StaleEdit as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
    else:
        if is_new:
            message = _("%(name)s is verified now, and was told so.")
            messages.success(request, message % {"name": vet.name})
    return _done(request, pk)


@require_POST
@authenticated
def unverify(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a verification back."""
    vet = _veterinarian(request, pk)
    unverify_veterinarian(request.user, vet.pk)
    messages.success(request, _("%(name)s is to be verified again.") % {"name": vet.name})
    return _done(request, pk)


def _veterinarian(request: AuthenticatedRequest, pk: int) -> Veterinarian:
    require_laboratory(request.user)
    visible = Veterinarian.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("user", "verified_by__staff_member"), pk=pk)


def _page(request: AuthenticatedRequest, filters: VeterinarianFilter, found: QuerySet) -> HttpResponse:
    waiting: list[Veterinarian] = []
    if not filters.chosen():
        if filters.is_first():
            # Longest waiting first.
            waiting = list(found.filter(verified_at=None).order_by("pk")[: TO_VERIFY_SHOWN + 1])
        found = found.exclude(verified_at=None)
    page, next_url = page_of(found, filters, "veterinarians")
    context = {
        "veterinarians": page,
        "waiting": waiting[:TO_VERIFY_SHOWN],
        "is_more_waiting": len(waiting) > TO_VERIFY_SHOWN,
        "waiting_url": address("veterinarians", {"verified": TO_VERIFY}),
    }
    context |= list_context(filters, "veterinarians", next_url)
    return render(request, "veterinarians/list.html", context)


def _counts(user: User, vet: Veterinarian) -> list[tuple[str, str, int]]:
    """Return state, its word and how many of the vet's samples are in it, in the order of their way."""
    sent = Protocol.objects.visible_to(user).filter(veterinarian=vet)
    counted = dict(sent.order_by().values_list("status").annotate(count=Count("pk")))
    return [(state.value, str(state.label), counted[state]) for state in ProtocolStatus if state in counted]


def _of_same_licence(user: User, vet: Veterinarian) -> list[Veterinarian]:
    """Return the others who say that this licence is theirs: who verifies one should know of them."""
    visible = Veterinarian.objects.visible_to(user)
    return list(visible.filter(licence__iexact=vet.licence).exclude(pk=vet.pk)[:OTHERS_SHOWN])


def _done(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(_row(_veterinarian(request, pk)))
    return redirect("veterinarian", pk)


def _row(vet: Veterinarian) -> dict:
    return {
        "id": vet.pk,
        "name": vet.name,
        "licence": vet.licence,
        "clinic": vet.clinic,
        "email": vet.user.email,
        "phone": vet.phone,
        "verified_at": vet.verified_at,
        "version": vet.lock_version,
        "url": reverse("veterinarian", args=(vet.pk,)),
    }


COLUMNS: Columns = (
    (_lazy("Last names"), "last_names"),
    (_lazy("First names"), "first_names"),
    (_lazy("Professional licence"), "licence"),
    (_lazy("Clinic"), "clinic"),
    (_lazy("E-mail"), "email"),
    (_lazy("Phone"), "phone"),
    (_lazy("Tax id (CUIT)"), "tax_id"),
    (_lazy("Verified"), day("verified_at")),
)
