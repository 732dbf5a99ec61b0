"""One sample at the counter: what was declared, what came, and that it is received or rejected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lims.errors import InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.refusing import refuse
from lims.forms.reception.reception import ReasonForm, ReceptionForm
from lims.models import Protocol, ProtocolStatus
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.reception.receiving import declared_count, receive_sample, reject_sample, return_rejected
from lims.views.kit.guard import authenticated, error_json, form_errors, wants_json
from lims.views.kit.listing import address

OPENED_HERE = (ProtocolStatus.SUBMITTED, ProtocolStatus.REJECTED)
# Two forms on one page have a reason each.
REJECTION_ID, RETURNING_ID = "reject_%s", "return_%s"


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def reception_sample(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what was declared of a sample; a POST receives it with what came."""
    protocol = protocol_at_reception(request, pk)
    if request.method == "POST":
        return _receive(request, protocol)
    if protocol.status not in OPENED_HERE:
        return redirect("protocol", pk)
    return _page(request, protocol)


@require_POST
@authenticated
def reception_reject(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Reject a sample, with a reason."""
    protocol = protocol_at_reception(request, pk)
    form = ReasonForm(request.POST, auto_id=REJECTION_ID)
    if not form.is_valid():
        return _page(request, protocol, rejection=form, status=409)
    try:
        rejected = reject_sample(request.user, pk, form.lock_version, form.cleaned_data["reason"])
    except InvalidTransition as error:
        return moved(request, protocol, error)
    except LimsError as error:
        return _refused(request, protocol, form, error, "rejection")
    return _done(request, rejected, _("%(code)s was rejected; its veterinarian is told."))


@require_POST
@authenticated
def reception_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a rejection back, with a reason."""
    protocol = protocol_at_reception(request, pk)
    form = ReasonForm(request.POST, auto_id=RETURNING_ID)
    if not form.is_valid():
        return _page(request, protocol, returning=form, status=409)
    try:
        returned = return_rejected(request.user, pk, form.cleaned_data["reason"])
    except InvalidTransition as error:
        return moved(request, protocol, error)
    except LimsError as error:
        return _refused(request, protocol, form, error, "returning")
    if wants_json(request):
        return as_json(returned)
    messages.success(request, _("The rejection of %(code)s was taken back.") % {"code": returned.code})
    return redirect("reception_sample", pk)


def protocol_at_reception(request: AuthenticatedRequest, pk: int) -> Protocol:
    """Return a protocol with its vet for the laboratory; raise Http404, and NotAllowed for its own vet."""
    visible = Protocol.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("veterinarian__user"), pk=pk)
    require_laboratory(request.user)
    return found


def _receive(request: AuthenticatedRequest, protocol: Protocol) -> HttpResponse:
    form = ReceptionForm(protocol, declared_count(protocol), request.POST)
    if not form.is_valid():
        return _page(request, protocol, form=form, status=409)
    try:
        received = receive_sample(request.user, protocol.pk, form.lock_version, form.received())
    except InvalidTransition as error:
        return moved(request, protocol, error)
    except LimsError as error:
        return _refused(request, protocol, form, error, "form")
    if wants_json(request):
        return as_json(received)
    return HttpResponseRedirect(address("reception", {"received": received.pk}))


def _refused(
    request: AuthenticatedRequest,
    protocol: Protocol,
    form: ReceptionForm | ReasonForm,
    error: LimsError,
    name: str,
) -> HttpResponse:
    if wants_json(request):
        return error_json(error, 409)
    refuse(form, error)
    if isinstance(error, StaleEdit):
        # The reader sees, above, what is there now, and may go on.
        protocol.refresh_from_db()
        form.rebase(protocol.lock_version)
    shown: dict[str, Any] = {name: form}
    return _page(request, protocol, **shown, status=409)


def moved(request: AuthenticatedRequest, protocol: Protocol, error: InvalidTransition) -> HttpResponse:
    """Say that somebody, perhaps by a second click, has moved it already, and lead to its page."""
    if wants_json(request):
        return error_json(error, 409)
    messages.error(request, f"{protocol.code}: {error}")
    return redirect("protocol", protocol.pk)


def _done(request: AuthenticatedRequest, protocol: Protocol, message: str) -> HttpResponse:
    if wants_json(request):
        return as_json(protocol)
    messages.success(request, message % {"code": protocol.code})
    return redirect("reception")


def as_json(protocol: Protocol) -> JsonResponse:
    """Return what a sample is now."""
    row = {"id": protocol.pk, "number": protocol.number, "status": protocol.status}
    return JsonResponse(row | {"discrepancies": protocol.discrepancies})


def _page(
    request: AuthenticatedRequest,
    protocol: Protocol,
    *,
    form: ReceptionForm | None = None,
    rejection: ReasonForm | None = None,
    returning: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    if wants_json(request) and status != 200:
        return form_errors(form or rejection or returning or ReasonForm(), status)
    declared = declared_count(protocol)
    context = {
        "protocol": protocol,
        "declared": declared,
        "specimens": protocol.specimens.all(),
        "is_rejected": protocol.status == ProtocolStatus.REJECTED,
        "form": form or ReceptionForm(protocol, declared),
        "rejection": rejection or ReasonForm(row=protocol, auto_id=REJECTION_ID),
        "returning": returning or ReasonForm(row=protocol, auto_id=RETURNING_ID),
    }
    return render(request, "reception/sample.html", context, status=status)
