"""Protocols, to be found and looked at; what happens to them happens at the bench."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import ReadOnlyAdmin
from lims.admin.bulk_actions import BulkActionsAdmin
from lims.models import Protocol
from lims.requests import user_of

LABELS = {
    "submitted": "info",
    "received": "primary",
    "processing": "primary",
    "ready": "warning",
    "reported": "success",
    "rejected": "danger",
}


@admin.register(Protocol)
class ProtocolAdmin(BulkActionsAdmin, ReadOnlyAdmin):
    bulk = ("receive-protocols", "process-protocols", "ready-protocols")
    list_display = (
        "shown_code",
        "kind",
        "animal",
        "species",
        "owner",
        "veterinarian",
        "shown_status",
        "submitted_at",
    )
    list_filter = ("status", "kind")
    search_fields = (
        "number",
        "temporary_code",
        "animal",
        "owner_last_names",
        "veterinarian__last_names",
        "veterinarian__clinic",
    )
    search_help_text = _("Number, animal, owner or veterinarian")
    list_select_related = ("veterinarian",)
    fieldsets = (
        (None, {"fields": ("number", "temporary_code", "kind", "status", "veterinarian", "work_order")}),
        (
            _("Patient"),
            {
                "fields": (
                    "animal",
                    "species",
                    "breed",
                    "sex",
                    "neutered",
                    "age",
                    "weight_kg",
                    "chip",
                    "owner",
                )
            },
        ),
        (
            _("Submission"),
            {
                "fields": (
                    "submitted_at",
                    "collected_on",
                    "presumptive_diagnosis",
                    "clinical_history",
                    "academic_use",
                )
            },
        ),
        (
            _("Reception"),
            {
                "fields": (
                    "received_at",
                    "received_by",
                    "sample_condition",
                    "reception_notes",
                    "discrepancies",
                    "rejection_reason",
                    "expected_ready_on",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Protocol]:
        # A vet's draft is the vet's alone.
        return Protocol.objects.visible_to(user_of(request))

    @display(description=_("number"), ordering="number")
    def shown_code(self, protocol: Protocol) -> str:
        return protocol.code

    @display(description=_("status"), ordering="status", label=LABELS)
    def shown_status(self, protocol: Protocol) -> tuple[str, str]:
        return protocol.status, protocol.get_status_display()

    @display(description=_("owner"), ordering="owner_last_names")
    def owner(self, protocol: Protocol) -> str:
        return protocol.owner_name
