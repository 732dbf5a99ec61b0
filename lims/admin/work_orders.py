"""Work orders: the page shows what the state allows; `lims.services.work_orders` makes every change."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.admin import TabularInline
from unfold.decorators import action, display

from lims.admin.base import ServedAdmin
from lims.admin.bulk_actions import BulkActionsAdmin
from lims.admin.cached import CachedDocumentAdmin
from lims.documents.work_orders.work_order import KIND
from lims.errors import InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.parsing import typed_version
from lims.forms.kit.refusing import refuse
from lims.forms.kit.service_forms import ServiceForm
from lims.forms.work_orders.admin_work_orders import (
    ClosedWorkOrderForm,
    LineForm,
    LineFormSet,
    NewWorkOrderForm,
    WorkOrderForm,
)
from lims.forms.work_orders.unsaved_lines import UnsavedLine, carries_lines, lines_refused, unsaved_lines
from lims.forms.work_orders.work_orders import CancellationForm
from lims.models import PaymentStatus, Price, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.models.work_orders import BILLING_FIELDS
from lims.services.work_orders.work_orders import (
    cancel_work_order,
    change_work_order,
    create_work_order,
    issue_work_order,
)
from lims.templatetags.lamina import money

# A form of more lines would be larger than a browser may send.
EDITABLE_LINES_MAX = 100
LINES_SHOWN = 100
HISTORY_SHOWN = 50
STATUS_LABELS = {"issued": "primary", "sent": "info", "invoiced": "success", "cancelled": "danger"}
PAYMENT_LABELS = {"unpaid": "danger", "partial": "warning", "paid": "success"}


class PaymentFilter(admin.SimpleListFilter):
    """A filter of its own: the column is computed, so Django knows none of its choices."""

    title = _("payment")
    parameter_name = "payment"

    def lookups(self, request: HttpRequest, model_admin):
        return PaymentStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(payment_status=self.value()) if self.value() else queryset


class LineInline(TabularInline):
    model = WorkOrderLine
    form = LineForm
    formset = LineFormSet
    fields = ("code", "service", "description", "quantity", "unit_price", "discount")
    extra = 1
    max_num = EDITABLE_LINES_MAX
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkOrderLine]:
        return super().get_queryset(request).select_related("protocol")


@admin.register(WorkOrder)
class WorkOrderAdmin(BulkActionsAdmin, CachedDocumentAdmin, ServedAdmin):
    bulk = ("issue-and-send-work-orders", "warm-documents", "invalidate-documents")
    kind = KIND
    pdf_route = "work_order_pdf"
    form = WorkOrderForm
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
    autocomplete_fields = ("veterinarian",)
    actions = ("issue_selected",)
    change_form_outer_before_template = "admin/lims/work_order_state.html"
    change_form_outer_after_template = "admin/lims/work_order_parts.html"

    def get_urls(self) -> list[URLPattern]:
        cancel = self.admin_site.admin_view(self.cancel)
        return [
            self.posted("issue/", self.issue),
            path("<int:pk>/cancel/", cancel, name=self.route("cancel")),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkOrder]:
        return super().get_queryset(request).select_related("veterinarian__user")

    def get_fields(self, request: HttpRequest, obj: WorkOrder | None = None):
        return ("veterinarian", *BILLING_FIELDS, "seen_version") if obj else NewWorkOrderForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: WorkOrder | None = None):
        if obj is None:
            return ()
        return ("veterinarian",) if obj.is_editable else ("veterinarian", *BILLING_FIELDS)

    def get_form(self, request: HttpRequest, obj: WorkOrder | None = None, change: bool = False, **kwargs):
        return super().get_form(request, obj, change, form=_form_for(obj), **kwargs)

    def get_inlines(self, request: HttpRequest, obj: WorkOrder | None):
        return [LineInline] if obj is None or _has_editable_lines(obj) else []

    def has_delete_permission(self, request: HttpRequest, obj: WorkOrder | None = None) -> bool:
        return False

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> WorkOrder:
        if not change:
            veterinarian = form.cleaned_data["veterinarian"]
            return create_work_order(request.user, veterinarian, formsets[0].lines(), **form.billing())
        # What the page of this state has no field for was typed on the page of another state.
        if not form.instance.is_editable:
            raise InvalidTransition(_("An order in this state can no longer be changed."))
        if not formsets and carries_lines(request.POST):
            raise lines_refused()
        lines = formsets[0].lines() if formsets and formsets[0].has_changed() else None
        lock_version = form.cleaned_data["seen_version"] or 0
        try:
            return change_work_order(
                request.user, form.instance.pk, lock_version, lines=lines, **form.billing()
            )
        except StaleEdit as error:
            below = _("Below is what you typed. Saving again replaces the other change.")
            raise StaleEdit(f"{error} {below}") from error

    def issue(self, request: HttpRequest, pk: int) -> None:
        try:
            order = issue_work_order(request.user, pk, typed_version(request.POST))
        except LimsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(number)s was issued.") % {"number": order.number})

    @method_decorator(require_POST)
    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel an order; a reason that will not do is shown again as it was typed."""
        order = get_object_or_404(self.get_queryset(request), pk=pk)
        form = CancellationForm(request.POST)
        if not form.is_valid():
            return self._not_cancelled(request, order, form)
        try:
            cancel_work_order(request.user, pk, form.cleaned_data["reason"], typed_version(request.POST))
        except LimsError as error:
            refuse(form, error)
            order.refresh_from_db()
            return self._not_cancelled(request, order, form)
        messages.success(request, _("%(order)s was cancelled.") % {"order": order})
        return redirect(f"admin:{self.route('change')}", pk)

    def _not_cancelled(self, request: HttpRequest, order: WorkOrder, form: CancellationForm) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {"title": _("Cancel %(order)s") % {"order": order}, "original": order, "form": form}
        context |= self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/lims/cancel_work_order.html", context, status=409)

    @action(description=_("Issue the selected drafts"), permissions=["change"])
    def issue_selected(self, request: HttpRequest, orders: QuerySet[WorkOrder]) -> None:
        issued = 0
        for pk in orders.order_by("pk").values_list("pk", flat=True):
            try:
                issue_work_order(request.user, pk)
                issued += 1
            except LimsError as error:
                messages.error(request, f"{WorkOrder.objects.get(pk=pk)}: {error}")
        if issued:
            message = ngettext("%(count)s order was issued.", "%(count)s orders were issued.", issued)
            messages.success(request, message % {"count": issued})

    def render_change_form(
        self, request: HttpRequest, context: dict, *args, obj=None, **kwargs
    ) -> HttpResponse:
        if obj:
            context |= {
                "payment": PaymentStatus(obj.payment_status).label,
                "show_save": obj.is_editable,
                "show_save_and_continue": obj.is_editable,
                "show_save_and_add_another": False,
                "lines": []
                if _has_editable_lines(obj)
                else obj.lines.select_related("protocol")[:LINES_SHOWN],
                "lines_count": obj.lines.count(),
                "unsaved": _unsaved(request, obj),
                "history": obj.history.select_related("by")[:HISTORY_SHOWN],
            }
        context["services"] = Price.objects.order_by("service").values_list("service", flat=True).distinct()
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


def _form_for(order: WorkOrder | None) -> type[ServiceForm]:
    if order is None:
        return NewWorkOrderForm
    return WorkOrderForm if order.is_editable else ClosedWorkOrderForm


def _unsaved(request: HttpRequest, order: WorkOrder) -> list[UnsavedLine] | None:
    """Return the lines that were sent though the order's page has no form for them, None if none were."""
    is_lost = carries_lines(request.POST) and not _has_editable_lines(order)
    return unsaved_lines(request.POST) if is_lost else None


def _has_editable_lines(order: WorkOrder) -> bool:
    return order.status == WorkOrderStatus.DRAFT and order.lines.count() <= EDITABLE_LINES_MAX
