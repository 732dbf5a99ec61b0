"""Additional requests, reception batches and label sheets, read-only: the laboratory's pages change them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display

from lims.admin.base import ReadOnlyAdmin
from lims.admin.bulk_actions import BulkActionsAdmin
from lims.models import AdditionalRequest, LabelSheet, ReceptionBatch


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", pgettext_lazy("request", "Open")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("open", "done"):
            return queryset
        return queryset.filter(done_at__isnull=self.value() == "open")


@admin.register(AdditionalRequest)
class AdditionalRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "requested_at",
        "protocol",
        "kind",
        "cassette",
        "stain",
        "requested_by",
        "done_at",
        "done_by",
    )
    list_filter = (OpenFilter, "kind")
    search_fields = ("protocol__number", "requested_by__email__startswith")
    search_help_text = _("Number of the protocol, or the requester's e-mail")
    list_select_related = ("protocol", "cassette", "requested_by", "done_by")


@admin.register(ReceptionBatch)
class ReceptionBatchAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "opened_by", "closed_at", "operation", "how_many")
    search_fields = ("opened_by__email__startswith",)
    list_select_related = ("opened_by", "operation")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceptionBatch]:
        return super().get_queryset(request).annotate(count=Count("samples"))

    @display(description=_("samples"), ordering="count")
    def how_many(self, batch: ReceptionBatch) -> int:
        return batch.count  # type: ignore[attr-defined]


@admin.register(LabelSheet)
class LabelSheetAdmin(BulkActionsAdmin, ReadOnlyAdmin):
    bulk = ("warm-label-sheets", "invalidate-label-sheets")
    list_display = ("__str__", "made_at", "made_by", "how_many")
    search_fields = ("=id", "made_by__email__startswith")
    list_select_related = ("made_by",)

    @display(description=_("labels"))
    def how_many(self, sheet: LabelSheet) -> int:
        return sheet.count
