"""The pages on which a work order is written: for whom, which samples, what for, and who pays."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lims.errors import Incomplete, InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.parsing import typed_pk, typed_version
from lims.forms.kit.printing import printing_note
from lims.forms.kit.refusing import refuse
from lims.forms.work_orders.lines import with_another_line
from lims.forms.work_orders.parts import typed_page
from lims.forms.work_orders.unsaved_lines import lines_refused
from lims.models import Veterinarian, WorkOrder
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.work_orders.unbilled import chargeable, drafted_already
from lims.services.work_orders.work_orders import change_work_order, create_work_order, is_written
from lims.views.kit.guard import authenticated, error_json, form_errors, wants_json
from lims.views.work_orders.choosing import choose
from lims.views.work_orders.editor import WorkOrderEditor, context_of, desk_of_page, desk_of_typed
from lims.views.work_orders.history import since


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def work_order_new(request: AuthenticatedRequest) -> HttpResponse:
    """Choose a vet, then what to charge; a POST makes the draft."""
    require_laboratory(request.user)
    typed = request.POST if request.method == "POST" else request.GET
    if not typed.get("veterinarian"):
        return choose(request)
    veterinarian = _veterinarian(typed["veterinarian"])
    order = WorkOrder(
        veterinarian=veterinarian,
        billing_name=veterinarian.name,
        billing_tax_id=veterinarian.tax_id,
        billing_vat_condition=veterinarian.vat_condition,
    )
    return _answer(request, order)


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def work_order_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show an order to be changed: all of a draft, the billing data of one that is out."""
    visible = WorkOrder.objects.visible_to(request.user).select_related("veterinarian__user")
    order = get_object_or_404(visible, pk=pk)
    require_laboratory(request.user)
    if order.is_editable:
        return _answer(request, order)
    error = InvalidTransition(_("An order in this state can no longer be changed."))
    if request.method == "POST":
        return _conflict(request, order, error)
    messages.error(request, str(error))
    return redirect("work_order", order.pk)


def _answer(request: AuthenticatedRequest, order: WorkOrder) -> HttpResponse:
    if request.method != "POST":
        return _page(request, desk_of_page(order, typed_page(request.GET.get("page", ""))))
    if "another" in request.POST:
        return _page(request, _with_another(request, order))
    desk = desk_of_typed(order, request.POST)
    if not desk.is_valid():
        # The places of a part mean nothing once the order was changed: there is nothing to put right in it.
        is_moved = desk.part is not None and typed_version(request.POST) != order.lock_version
        return _conflict(request, order, lines_refused()) if is_moved else _refused(request, desk)
    try:
        order = _save(request, desk)
    except (StaleEdit, InvalidTransition) as error:
        return _conflict(request, order, error)
    except Incomplete as error:
        return _not_as_typed(request, desk, error)
    return _saved(request, order, desk)


def _save(request: AuthenticatedRequest, desk: WorkOrderEditor) -> WorkOrder:
    order, billing = desk.order, desk.billing
    if desk.unsaved is not None:
        raise lines_refused()
    lines = None if desk.lines is None else desk.lines.lines()
    if order.pk:
        return change_work_order(
            request.user, order.pk, billing.lock_version, lines=lines, part=desk.part, **billing.billing()
        )
    if not lines:
        raise Incomplete(_("Nothing is charged."), {"lines": _("Choose at least one sample.")})
    return create_work_order(request.user, order.veterinarian, lines, **billing.billing())


def _not_as_typed(request: AuthenticatedRequest, desk: WorkOrderEditor, error: Incomplete) -> HttpResponse:
    if not desk.order.pk and desk.lines is not None:
        lines = desk.lines.lines()
        desk.twin = drafted_already(request.user, {line.protocol_id for line in lines})
        if desk.twin and is_written(desk.twin, lines, **desk.billing.billing()):
            return redirect("work_order", desk.twin.pk)
    if wants_json(request):
        return error_json(error, 409)
    refuse(desk.billing, error)
    if str(error) not in desk.billing.non_field_errors():
        desk.billing.add_error(None, str(error))
    return _refused(request, desk)


def _conflict(request: AuthenticatedRequest, order: WorkOrder, error: LimsError) -> HttpResponse:
    """Show what was typed beside what the order, which is not as its writer read it, says now."""
    if wants_json(request):
        return error_json(error, 409)
    fresh = WorkOrder.objects.select_related("veterinarian__user").get(pk=order.pk)
    editor = desk_of_typed(fresh, request.POST, is_stale=True)
    editor.is_valid()
    editor.billing.add_error(None, str(error))
    editor.meanwhile = since(fresh, typed_version(request.POST) or 0)
    editor.billing.rebase(fresh.lock_version)
    return _page(request, editor, status=409)


def _refused(request: AuthenticatedRequest, desk: WorkOrderEditor) -> HttpResponse:
    if wants_json(request):
        return form_errors(desk.billing, 409, desk.lines)
    return _page(request, desk, status=409)


def _saved(request: AuthenticatedRequest, order: WorkOrder, desk: WorkOrderEditor) -> HttpResponse:
    is_new = desk.order.pk is None
    if wants_json(request):
        row = {"id": order.pk, "number": order.number, "status": order.status, "version": order.lock_version}
        return JsonResponse(row, status=201 if is_new else 200)
    messages.success(request, _("The draft was made.") if is_new else _("Saved."))
    if note := printing_note(desk.billing):
        messages.warning(request, note)
    if page := typed_pk(request.POST.get("then", "")):
        return redirect(f"{reverse('work_order_edit', args=(order.pk,))}?page={page}")
    return redirect("work_order", order.pk)


def _with_another(request: AuthenticatedRequest, order: WorkOrder) -> WorkOrderEditor:
    """Return what was typed with one more line of the sample that was chosen; nothing is saved."""
    chosen = typed_pk(request.POST.get("another_of", ""))
    protocol = chargeable(order.veterinarian, order if order.pk else None).filter(pk=chosen or 0).first()
    data = with_another_line(request.POST, protocol) if protocol else request.POST
    return desk_of_typed(order, data)


def _page(request: AuthenticatedRequest, desk: WorkOrderEditor, status: int = 200) -> HttpResponse:
    return render(request, "work_orders/write.html", context_of(desk), status=status)


def _veterinarian(typed: str) -> Veterinarian:
    pk = typed_pk(typed)
    if pk is None:
        raise Http404
    return get_object_or_404(Veterinarian.objects.select_related("user"), pk=pk)
