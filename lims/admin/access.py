"""Records that the program writes by itself: accesses, histories, number series. Nobody changes them."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import display
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display as shown

from lims.admin.base import ReadOnlyAdmin
from lims.models import AgedHistory, DocumentAccess, NumberSeries, WorkOrder, WorkOrderHistory


@admin.register(DocumentAccess)
class DocumentAccessAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "kind", "document_pk", "outcome_label")
    list_filter = ("kind", "outcome")
    search_fields = ("user__email__startswith", "=document_pk")
    search_help_text = _("The user's e-mail, or the document's number in the address")
    list_select_related = ("user",)

    @shown(description=_("outcome"), label={"hit": "success", "inline": "warning"})
    def outcome_label(self, access: DocumentAccess) -> tuple[str, str]:
        return access.outcome, access.get_outcome_display()


@admin.register(AgedHistory)
class AgedHistoryAdmin(ReadOnlyAdmin):
    list_display = ("at", "history", "of_month", "removed", "reduced", "kept_months", "who")
    list_filter = ("kind",)
    list_select_related = ("by",)
    fields = ("at", "history", "of_month", "removed", "reduced", "kept_months", "who")

    @display(description=_("history of"))
    def history(self, aged: AgedHistory) -> str:
        return str(apps.get_model("lims", aged.kind)._meta.verbose_name)

    @display(description=_("month"))
    def of_month(self, aged: AgedHistory) -> str:
        return date_format(aged.month, "YEAR_MONTH_FORMAT")

    @display(description=_("by"))
    def who(self, aged: AgedHistory) -> str:
        return str(aged.by or _("the program"))


@admin.register(WorkOrderHistory)
class WorkOrderHistoryAdmin(ReadOnlyAdmin):
    list_display = ("at", "work_order", "action", "by", "what")
    list_filter = ("action",)
    search_fields = ("work_order__number", "by__email__startswith")
    list_select_related = ("work_order", "by")
    fields = ("work_order", "action", "at", "by", "what")

    @display(description=_("changes"))
    def what(self, entry: WorkOrderHistory) -> str:
        return "; ".join(
            f"{_label(name)}: {old or '–'} → {new}" for name, (old, new) in entry.changes.items()
        )


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnlyAdmin):
    list_display = ("name", "last")
    search_fields = ("name__startswith",)
    ordering = ("-name",)


def _label(name: str) -> str:
    names = {
        field.name: str(field.verbose_name)
        for field in WorkOrder._meta.get_fields()
        if hasattr(field, "verbose_name")
    }
    return names.get(name, str(_("reason")) if name == "reason" else name)
