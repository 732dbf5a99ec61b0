"""The list of work orders: filtered, in pages, as HTML, JSON and CSV."""

import csv
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.forms.work_orders import WorkOrderFilter
from lims.models import PaymentStatus, WorkOrder
from lims.views.answers import answers, wants_json

PAGE_SIZE = 25
CSV_CHUNK = 500
# What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@require_safe
@answers
def work_orders(request: HttpRequest) -> HttpResponseBase:
    """List the orders that the user may see, newest first."""
    filters = WorkOrderFilter(request.GET)
    orders = filters.apply(WorkOrder.objects.visible_to(request.user).select_related("veterinarian"))
    if request.GET.get("format") == "csv":
        return _csv(orders)
    page, next_url = _page(orders, filters)
    if wants_json(request):
        return JsonResponse({"results": [_row(order) for order in page], "next": next_url})
    chosen = filters.chosen()
    context = {
        "orders": page,
        "next_url": next_url,
        "is_first": filters.before_pk() is None,
        "filters": filters,
        "chosen": chosen,
        "first_url": _url(chosen),
        "csv_url": _url(chosen | {"format": "csv"}),
    }
    return render(request, "work_orders/list.html", context)


def _page(orders: QuerySet[WorkOrder], filters: WorkOrderFilter) -> tuple[list[WorkOrder], str | None]:
    before = filters.before_pk()
    # By the last row's pk, not by an offset: the thousandth page costs what the first costs.
    found = list((orders.filter(pk__lt=before) if before else orders).order_by("-pk")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return page, _url(filters.chosen() | {"before": page[-1].pk}) if more else None


def _url(query: dict) -> str:
    url = reverse("work_orders")
    return f"{url}?{urlencode(query)}" if query else url


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


class _Echo:
    """A file that gives back what is written, for the csv module."""

    def write(self, text: str) -> str:
        return text


def _csv(orders: QuerySet[WorkOrder]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_csv_lines(orders), content_type="text/csv; charset=utf-8")
    name = f"{_('work-orders')}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_lines(orders: QuerySet[WorkOrder]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Spreadsheets take a file for UTF-8 only by this mark.
    yield "\ufeff" + writer.writerow(_csv_head())
    for order in orders.order_by("-pk").iterator(CSV_CHUNK):
        yield writer.writerow(safe_cells(_csv_row(order)))


def _csv_head() -> list[str]:
    return [
        _("Number"),
        _("Status"),
        _("Issued on"),
        _("Veterinarian"),
        _("Billing name"),
        _("Tax id (CUIT)"),
        _("Total"),
        _("Advance"),
        _("Balance"),
        _("Payment"),
    ]


def _csv_row(order: WorkOrder) -> list:
    return [
        order.number or "",
        order.get_status_display(),
        order.issued_on or "",
        order.veterinarian.name,
        order.billing_name,
        order.billing_tax_id,
        order.total,
        order.advance,
        order.balance,
        PaymentStatus(order.payment_status).label,
    ]


def safe_cells(cells: Iterable) -> list[str]:
    """Return the cells as text that no spreadsheet takes for a formula."""
    texts = [str(cell) for cell in cells]
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]
