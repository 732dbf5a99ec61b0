"""The laboratory's one row: its data and its logo."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import AuditedAdmin, ServedAdmin, picture
from lims.forms.laboratory.admin_laboratory import LaboratoryForm
from lims.models import Laboratory
from lims.requests import user_of
from lims.services.laboratory.laboratory import FIELDS, change_laboratory


@admin.register(Laboratory)
class LaboratoryAdmin(AuditedAdmin, ServedAdmin):
    form = LaboratoryForm
    readonly_fields = ("shown_logo",)
    fieldsets = (
        (None, {"fields": ("name", "director", "address", "phone", "email", "website", "tax_id")}),
        (_("Papers"), {"fields": ("shown_logo", "logo", "remove_logo", "footer", "work_order_terms")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Laboratory]:
        return super().get_queryset(request).select_related("logo")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_add_permission(request):
            return redirect("admin:lims_laboratory_add")
        return redirect("admin:lims_laboratory_change", 1)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Laboratory.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Laboratory:
        values = {name: form.cleaned_data[name] for name in FIELDS}
        return change_laboratory(
            user_of(request),
            logo=form.cleaned_data["logo"],
            remove_logo=form.cleaned_data["remove_logo"],
            **values,
        )

    @display(description=_("logo"))
    def shown_logo(self, laboratory: Laboratory) -> str:
        shown = picture(laboratory.logo, str(_("The laboratory's logo")))
        return shown or str(_("None; papers show the name alone."))
