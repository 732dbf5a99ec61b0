"""Work orders as the admin shows them: to be read, found and acted on in bulk; the portal changes them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import AuditedAdmin, ReadOnlyAdmin
from lims.admin.bulk_actions import BulkActionsAdmin
from lims.admin.cached import CachedDocumentAdmin
from lims.documents.work_orders.work_order import KIND
from lims.models import PaymentStatus, WorkOrder
from lims.models.work_orders import BILLING_FIELDS
from lims.templatetags.lamina import money

LINES_SHOWN = 100
HISTORY_SHOWN = 50
STATUS_LABELS = {"issued": "primary", "sent": "info", "invoiced": "success", "cancelled": "danger"}
PAYMENT_LABELS = {"unpaid": "danger", "partial": "warning", "paid": "success"}


class PaymentFilter(admin.SimpleListFilter):
    """A filter of its own: the column is computed, so Django knows none of its choices."""

    title = _("payment")
    parameter_name = "payment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return PaymentStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(payment_status=self.value()) if self.value() else queryset


@admin.register(WorkOrder)
class WorkOrderAdmin(BulkActionsAdmin, CachedDocumentAdmin, AuditedAdmin, ReadOnlyAdmin):
    bulk = ("issue-and-send-work-orders", "warm-documents", "invalidate-documents")
    kind = KIND
    pdf_route = "work_order_pdf"
    fields = ("veterinarian", *BILLING_FIELDS)
    list_display = (
        "shown_number",
        "shown_status",
        "veterinarian",
        "billing_name",
        "issued_on",
        "shown_total",
        "shown_balance",
        "shown_payment",
    )
    list_filter = ("status", PaymentFilter)
    search_fields = ("number", "billing_name", "veterinarian__last_names", "veterinarian__clinic")
    search_help_text = _("Number, billing name or veterinarian")
    list_select_related = ("veterinarian",)
    change_form_outer_before_template = "admin/lims/work_order_state.html"
    change_form_outer_after_template = "admin/lims/work_order_parts.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkOrder]:
        return super().get_queryset(request).select_related("veterinarian__user")

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj:
            context |= {
                "payment": PaymentStatus(obj.payment_status).label,
                "lines": obj.lines.select_related("protocol")[:LINES_SHOWN],
                "lines_count": obj.lines.count(),
                "history": obj.history.select_related("by")[:HISTORY_SHOWN],
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @display(description=_("number"), ordering="number")
    def shown_number(self, order: WorkOrder) -> str:
        return str(order)

    @display(description=_("status"), ordering="status", label=STATUS_LABELS)
    def shown_status(self, order: WorkOrder) -> tuple[str, str]:
        return order.status, order.get_status_display()

    @display(description=_("payment"), ordering="payment_status", label=PAYMENT_LABELS)
    def shown_payment(self, order: WorkOrder) -> tuple[str, str]:
        return order.payment_status, str(PaymentStatus(order.payment_status).label)

    @display(description=_("total"), ordering="total")
    def shown_total(self, order: WorkOrder) -> str:
        return money(order.total)

    @display(description=_("balance"), ordering="balance")
    def shown_balance(self, order: WorkOrder) -> str:
        return money(order.balance)
