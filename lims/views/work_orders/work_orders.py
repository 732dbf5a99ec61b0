"""One work order: its page, and what the laboratory does with it."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lims.errors import Incomplete, InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.parsing import typed_version
from lims.forms.kit.printing import printing_note
from lims.forms.kit.refusing import refuse
from lims.forms.work_orders.work_orders import BillingForm, CancellationForm
from lims.models import User, WorkOrder, WorkOrderLine
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.work_orders.work_orders import (
    cancel_work_order,
    change_work_order,
    invoice_work_order,
    issue_work_order,
    send_work_order,
)
from lims.views.kit.guard import authenticated, error_json, form_errors, wants_json
from lims.views.work_orders.history import Entry, history_entries, since

LINES_SHOWN = 100
HISTORY_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def work_order(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show an order; a POST changes its billing data."""
    if request.method == "POST":
        return _change(request, _order_of_laboratory(request, pk))
    return _page(request, _order(request, pk))


@require_POST
@authenticated
def issue(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Issue a draft; a second click is told so and changes nothing."""
    return _step(request, pk, issue_work_order, _("%(number)s was issued."))


@require_POST
@authenticated
def send(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Tell an issued order's vet of it; a second click is told so and sends nothing."""
    return _step(request, pk, send_work_order, _("%(number)s was sent to its veterinarian."))


@require_POST
@authenticated
def invoice(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Note that a sent order was invoiced."""
    return _step(request, pk, invoice_work_order, _("%(number)s was invoiced."))


@require_POST
@authenticated
def cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Cancel an order, with a reason."""
    order = _order_of_laboratory(request, pk)
    form = CancellationForm(request.POST)
    if not form.is_valid():
        return _page(request, order, cancellation=form, status=409)
    try:
        version = typed_version(request.POST)
        order = cancel_work_order(request.user, order.pk, form.cleaned_data["reason"], version)
    except LimsError as error:
        refuse(form, error)
        order.refresh_from_db()
        return _page(request, order, cancellation=form, status=409)
    messages.success(request, _("The order was cancelled."))
    _warn_of_print(request, form)
    return _done(request, order)


def _order(request: AuthenticatedRequest, pk: int) -> WorkOrder:
    visible = WorkOrder.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("veterinarian__user"), pk=pk)


def _order_of_laboratory(request: AuthenticatedRequest, pk: int) -> WorkOrder:
    order = _order(request, pk)
    require_laboratory(request.user)
    return order


def _step(
    request: AuthenticatedRequest, pk: int, take: Callable[[User, int, int | None], WorkOrder], message: str
) -> HttpResponse:
    """Give an order its next state, or say why it cannot have it."""
    order = _order_of_laboratory(request, pk)
    try:
        order = take(request.user, order.pk, typed_version(request.POST))
    except (Incomplete, InvalidTransition, StaleEdit) as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
    else:
        messages.success(request, message % {"number": order.number})
    return _done(request, order)


def _warn_of_print(request: AuthenticatedRequest, form: BaseForm) -> None:
    if note := printing_note(form):
        messages.warning(request, note)


def _change(request: AuthenticatedRequest, order: WorkOrder) -> HttpResponse:
    form = BillingForm(request.POST, instance=order)
    if not form.is_valid():
        return _page(request, order, billing=form, status=409)
    try:
        change_work_order(request.user, order.pk, form.lock_version, **form.billing())
    except StaleEdit as error:
        return _conflict(request, order, form, error)
    except LimsError as error:
        refuse(form, error)
        return _page(request, order, billing=form, status=409)
    messages.success(request, _("Saved. The PDF shows it from the next opening on."))
    _warn_of_print(request, form)
    return _done(request, order)


def _conflict(
    request: AuthenticatedRequest, order: WorkOrder, form: BillingForm, error: StaleEdit
) -> HttpResponse:
    lock_version = form.lock_version
    refuse(form, error)
    form.rebase(order.lock_version)
    meanwhile = since(order, lock_version)
    return _page(request, order, billing=form, meanwhile=meanwhile, status=409)


def _done(request: AuthenticatedRequest, order: WorkOrder) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"id": order.pk, "number": order.number, "status": order.status})
    return redirect("work_order", order.pk)


def _page(
    request: AuthenticatedRequest,
    order: WorkOrder,
    *,
    billing: BillingForm | None = None,
    cancellation: CancellationForm | None = None,
    meanwhile: Sequence[Entry] = (),
    status: int = 200,
) -> HttpResponse:
    if wants_json(request) and (refused := billing or cancellation) and status != 200:
        return form_errors(refused, status)
    context = {
        "order": order,
        "lines_count": order.lines.count(),
        "lines": _lines(request, order),
        "lines_shown": LINES_SHOWN,
    }
    if request.user.is_laboratory:
        context |= {
            "billing": billing or BillingForm(instance=order),
            "cancellation": cancellation or CancellationForm(),
            "history": history_entries(order, HISTORY_SHOWN),
            "meanwhile": meanwhile,
        }
    return render(request, "work_orders/detail.html", context, status=status)


def _lines(request: AuthenticatedRequest, order: WorkOrder) -> QuerySet[WorkOrderLine]:
    lines = order.lines.select_related("protocol")
    return lines if request.GET.get("lines") == "all" else lines[:LINES_SHOWN]
