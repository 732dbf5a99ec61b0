"""Messages to vets: what needs attention first, sending one again to a better address, seeing to one."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.forms.kit.refusing import refuse
from lims.forms.mail.deliveries import TO_SEE_TO, DeliveryFilter, ResendForm
from lims.forms.operations.operations import offered
from lims.models import Delivery, User
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.mail import deliveries as service
from lims.views.kit.guard import authenticated, error_json, form_errors, wants_json
from lims.views.kit.listing import Columns, address, csv_file, list_context, moment, page_of

ATTENTION_SHOWN = 50


@require_safe
@authenticated
def deliveries(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the messages; those that need attention stand first while nothing is searched for."""
    require_laboratory(request.user)
    filters = DeliveryFilter(request.GET)
    found = filters.apply(rows_for(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("messages"), COLUMNS, found)
    if wants_json(request):
        page, next_url = page_of(found, filters, "deliveries")
        return JsonResponse({"results": [_row(delivery) for delivery in page], "next": next_url})
    return _page(request, filters, found)


@require_POST
@authenticated
def resend(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Send a message again, to another address if one is given; a second click sends no second one."""
    delivery = _delivery(request.user, pk)
    form = ResendForm(request.POST)
    if not form.is_valid():
        return _refused(request, delivery, form)
    try:
        again = service.resend(request.user, pk, **form.cleaned_data)
    except (Incomplete, InvalidTransition) as error:
        if wants_json(request):
            return error_json(error, 409)
        refuse(form, error)
        return _refused(request, delivery, form)
    if wants_json(request):
        return JsonResponse(_row(_delivery(request.user, again.pk)), status=202)
    message = _("The message is being sent again, to %(address)s.")
    messages.success(request, message % {"address": again.address})
    return _back(request)


@require_POST
@authenticated
def settle(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Note that a message needs nothing more."""
    service.settle(request.user, pk)
    if wants_json(request):
        return JsonResponse(_row(_delivery(request.user, pk)))
    messages.success(request, _("Noted: that message needs nothing more."))
    return _back(request)


def rows_for(user: User) -> QuerySet[Delivery]:
    """Return the messages that the user may see, annotated for a list."""
    # One row for each row shown: an EXISTS would be answered by reading all messages first.
    again = Delivery.objects.filter(again=OuterRef("pk")).order_by().values("pk")[:1]
    visible: QuerySet[Delivery] = Delivery.objects.visible_to(user)
    related = ("report__protocol", "protocol_event__protocol", "work_order", "recipient__veterinarian")
    shown = visible.select_related(*related).defer("report__snapshot")
    return shown.annotate(was_sent_again=Subquery(again))


def _page(request: AuthenticatedRequest, filters: DeliveryFilter, found: Any) -> HttpResponse:
    urgent: list[Delivery] = []
    if not filters.chosen():
        if filters.is_first():
            urgent = list(found.needing_attention().order_by("-pk")[: ATTENTION_SHOWN + 1])
        found = found.exclude(pk__in=Delivery.objects.needing_attention().values("pk"))
    page, next_url = page_of(found, filters, "deliveries")
    context = {
        "deliveries": page,
        "urgent": urgent[:ATTENTION_SHOWN],
        "is_more_urgent": len(urgent) > ATTENTION_SHOWN,
        "urgent_url": address("deliveries", {"state": TO_SEE_TO}),
        "back": request.get_full_path(),
    }
    context |= list_context(filters, "deliveries", next_url) | offered(request.user, Delivery, filters)
    return render(request, "deliveries/list.html", context)


def _delivery(user: User, pk: int) -> Delivery:
    found = rows_for(user).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such message."))
    return found


def _refused(request: AuthenticatedRequest, delivery: Delivery, form: ResendForm) -> HttpResponse:
    if wants_json(request):
        return form_errors(form, 409)
    context = {
        "delivery": delivery,
        "form": form,
        "number": service.about(delivery),
        "back": _back_url(request),
    }
    return render(request, "deliveries/resend.html", context, status=409)


def _back(request: AuthenticatedRequest) -> HttpResponse:
    return redirect(_back_url(request))


def _back_url(request: AuthenticatedRequest) -> str:
    url = request.POST.get("back", "")
    is_ours = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if is_ours else reverse("deliveries")


def _row(delivery: Delivery) -> dict:
    return {
        "id": delivery.pk,
        "kind": delivery.kind,
        "state": delivery.state,
        "address": delivery.address,
        "report": delivery.report_id,
        "work_order": delivery.work_order_id,
        "protocol": delivery.protocol_event.protocol_id if delivery.protocol_event else None,
        "number": service.about(delivery) or None,
        "needs_attention": delivery.needs_attention,
        "response": delivery.response,
        "created_at": delivery.created_at,
        "sent_at": delivery.sent_at,
    }


def recipient_name(delivery: Delivery) -> str:
    """Return who a message is for, by name where there is one."""
    veterinarian = getattr(delivery.recipient, "veterinarian", None)
    return veterinarian.name if veterinarian else delivery.recipient.email


COLUMNS: Columns = (
    (_lazy("Created"), moment("created_at")),
    (_lazy("State"), "get_state_display"),
    (_lazy("Kind"), "get_kind_display"),
    (_lazy("Number"), service.about),
    (_lazy("Recipient"), recipient_name),
    (_lazy("Address"), "address"),
    (pgettext_lazy("message", "Sent"), moment("sent_at")),
    (_lazy("Server's answer"), "response"),
)
