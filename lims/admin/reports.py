"""Reports and their deliveries, to be found and looked at; and the shared phrases."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import ReadOnlyAdmin, ServedAdmin
from lims.admin.bulk_actions import BulkActionsAdmin
from lims.forms.people.admin_pathologists import PhraseForm
from lims.models import Delivery, Phrase, Report, ReportHistory
from lims.models.reports import TEXT_FIELDS
from lims.requests import user_of
from lims.services.reports.phrases import add_phrase, change_phrase, list_phrases, remove_phrase

REPORT_LABELS = {"finalized": "warning", "issued": "success", "withdrawn": "danger"}
DELIVERY_LABELS = {"sent": "success", "failed": "danger", "uncertain": "warning"}


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("protocol", "version", "author", "shown_status", "finalized_at", "issued_at")
    list_filter = ("status",)
    search_fields = ("protocol__number", "author__staff_member__last_names", "=verification_code", "=sha256")
    search_help_text = _("Number of the protocol, author, verification code or SHA-256")
    list_select_related = ("protocol", "author__staff_member")
    fieldsets = (
        (None, {"fields": ("protocol", "version", "status", "author", "replaces", "amendment_reason")}),
        (_("Content"), {"fields": ("is_preliminary", *TEXT_FIELDS)}),
        (
            _("Archive"),
            {
                "fields": (
                    *("finalized_at", "verification_code", "issued_at", "archive_key", "archive_version_id"),
                    *("sha256", "size_bytes", "pages", "withdrawn_at", "withdrawal_reason"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("snapshot")

    @display(description=_("status"), label=REPORT_LABELS)
    def shown_status(self, report: Report) -> tuple[str, str]:
        return report.status, report.get_status_display()


@admin.register(ReportHistory)
class ReportHistoryAdmin(ReadOnlyAdmin):
    list_display = ("at", "report", "action", "by", "note")
    list_filter = ("action",)
    search_fields = ("report__protocol__number", "by__email__startswith")
    list_select_related = ("report__protocol", "by")


@admin.register(Delivery)
class DeliveryAdmin(BulkActionsAdmin, ReadOnlyAdmin):
    bulk = ("resend-deliveries",)
    list_display = ("created_at", "kind", "report", "address", "shown_state", "response", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("address__startswith", "report__protocol__number", "=message_id")
    search_help_text = _("Address, number of the protocol or Message-ID")
    list_select_related = ("report__protocol",)

    @display(description=_("state"), label=DELIVERY_LABELS)
    def shown_state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()


@admin.register(Phrase)
class PhraseAdmin(ServedAdmin):
    form = PhraseForm
    list_display = ("title", "text")
    search_fields = ("title", "text")
    fields = ("title", "text")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phrase]:
        return list_phrases(user_of(request))

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Phrase:
        typed = (form.cleaned_data["title"], form.cleaned_data["text"])
        if change:
            return change_phrase(user_of(request), form.instance.pk, *typed)
        return add_phrase(user_of(request), *typed)

    def delete_model(self, request: HttpRequest, obj: Phrase) -> None:
        remove_phrase(user_of(request), obj.pk)
