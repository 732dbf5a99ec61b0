"""The list of work orders: filtered, in pages, as HTML, JSON and CSV."""

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.forms.operations.operations import offered
from lims.forms.work_orders.work_orders import WorkOrderFilter
from lims.models import PaymentStatus, WorkOrder
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, csv_file, list_context, page_of


@require_safe
@authenticated
def work_orders(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the orders that the user may see, newest first."""
    filters = WorkOrderFilter(request.GET)
    orders = filters.apply(WorkOrder.objects.visible_to(request.user).select_related("veterinarian"))
    if request.GET.get("format") == "csv":
        return csv_file(_("work-orders"), COLUMNS, orders)
    page, next_url = page_of(orders, filters, "work_orders")
    if wants_json(request):
        return JsonResponse({"results": [_row(order) for order in page], "next": next_url})
    context = {"orders": page} | list_context(filters, "work_orders", next_url)
    context |= offered(request.user, WorkOrder, filters)
    return render(request, "work_orders/list.html", context)


def _row(order: WorkOrder) -> dict:
    return {
        "id": order.pk,
        "number": order.number,
        "status": order.status,
        "issued_on": order.issued_on,
        "veterinarian": order.veterinarian.name,
        "billing_name": order.billing_name,
        "total": str(order.total),
        "advance": str(order.advance),
        "balance": str(order.balance),
        "payment_status": order.payment_status,
        "url": reverse("work_order", args=(order.pk,)),
        "pdf_url": reverse("work_order_pdf", args=(order.pk,)),
    }


COLUMNS: Columns = (
    (_lazy("Number"), "number"),
    (_lazy("Status"), "get_status_display"),
    (_lazy("Issued on"), "issued_on"),
    (_lazy("Veterinarian"), "veterinarian.name"),
    (_lazy("Billing name"), "billing_name"),
    (_lazy("Tax id (CUIT)"), "billing_tax_id"),
    (_lazy("Total"), "total"),
    (_lazy("Advance"), "advance"),
    (_lazy("Balance"), "balance"),
    (_lazy("Payment"), lambda order: PaymentStatus(order.payment_status).label),
)
