"""Pathologists and their signatures."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import AuditedAdmin, ServedAdmin, picture
from lims.forms.people.admin_pathologists import PathologistForm
from lims.models import Pathologist, Role, StaffMember
from lims.requests import user_of
from lims.services.people.pathologists import FIELDS, change_pathologist, create_pathologist


@admin.register(Pathologist)
class PathologistAdmin(AuditedAdmin, ServedAdmin):
    form = PathologistForm
    list_display = ("__str__", "licence", "specialty", "has_signature", "may_sign", "email")
    list_filter = ("may_sign",)
    search_fields = ("staff_member__last_names", "staff_member__first_names", "licence")
    list_select_related = ("staff_member__user",)
    autocomplete_fields = ("staff_member",)
    add_fieldsets = (
        (None, {"fields": ("staff_member", "licence", "specialty", "contact")}),
        (_("Signature"), {"fields": ("signature", "may_sign")}),
    )
    fieldsets = (
        (None, {"fields": ("staff_member", "licence", "specialty", "contact")}),
        (_("Signature"), {"fields": ("shown_signature", "signature", "remove_signature", "may_sign")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pathologist]:
        return super().get_queryset(request).select_related("staff_member__user")

    def get_fieldsets(self, request: HttpRequest, obj: Pathologist | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Pathologist | None = None) -> tuple[str, ...]:
        # The person stays: what they signed is on record under their name.
        return ("shown_signature", "staff_member") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        if db_field.name == "staff_member":
            unused = StaffMember.objects.filter(user__role=Role.PATHOLOGIST, pathologist=None)
            kwargs["queryset"] = unused
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Pathologist:
        data = form.cleaned_data
        values = {name: data[name] for name in FIELDS} | {"signature": data["signature"]}
        if not change:
            return create_pathologist(user_of(request), data["staff_member"], **values)
        remove = data["remove_signature"]
        return change_pathologist(user_of(request), form.instance.pk, remove_signature=remove, **values)

    @display(description=_("e-mail"), ordering="staff_member__user__email")
    def email(self, pathologist: Pathologist) -> str:
        return pathologist.staff_member.user.email

    @display(description=_("signature"), boolean=True)
    def has_signature(self, pathologist: Pathologist) -> bool:
        return pathologist.signature_id is not None

    @display(description=_("signature"))
    def shown_signature(self, pathologist: Pathologist) -> str:
        text = _("The signature of %(name)s") % {"name": pathologist.name}
        return picture(pathologist.signature, text) or str(_("None; without it nothing can be signed."))
