"""Veterinarians and the laboratory's staff."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from lims.admin.base import AuditedAdmin, PostedAdmin, ServedAdmin
from lims.errors import StaleEdit
from lims.forms.kit.parsing import typed_version
from lims.forms.people.admin_people import StaffMemberForm, VeterinarianForm
from lims.models import Role, StaffMember, User, Veterinarian
from lims.requests import user_of
from lims.services.people import staff
from lims.services.people.profiles import CORRECTABLE, NEW, correct_profile, create_profile
from lims.services.people.veterinarians import verify_veterinarian, verify_veterinarians


class PersonAdmin(AuditedAdmin, ServedAdmin):
    """A person behind an account of the right role."""

    roles: tuple[str, ...] = ()
    list_select_related = ("user",)
    autocomplete_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The account stays: what they did is on record under their name.
        return (
            (*super().get_readonly_fields(request, obj), "user")
            if obj
            else super().get_readonly_fields(request)
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(role__in=self.roles)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class VerifiedFilter(admin.SimpleListFilter):
    title = _("verified")
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not yet")), ("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(verified_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Veterinarian)
class VeterinarianAdmin(PostedAdmin, PersonAdmin):
    form = VeterinarianForm
    roles = (Role.VETERINARIAN,)
    list_display = ("name", "licence", "clinic", "email", "phone", "is_verified")
    list_display_links = ("name",)
    list_filter = (VerifiedFilter, "vat_condition")
    search_fields = ("first_names", "last_names", "clinic", "licence", "tax_id", "user__email")
    readonly_fields = ("verified_at", "verified_by")
    actions = ("verify_selected",)
    fieldsets = (
        (None, {"fields": ("user", "first_names", "last_names", "licence", "national_id")}),
        (_("Clinic"), {"fields": ("clinic", "phone", "address")}),
        (_("Billing"), {"fields": ("tax_id", "vat_condition")}),
        (_("Verification"), {"fields": ("verified_at", "verified_by")}),
    )
    change_form_outer_before_template = "admin/lims/veterinarian_tools.html"

    @display(description=_("name"), ordering="last_names")
    def name(self, veterinarian: Veterinarian) -> str:
        return veterinarian.name

    @display(description=_("e-mail"), ordering="user__email")
    def email(self, veterinarian: Veterinarian) -> str:
        return veterinarian.user.email

    @display(description=_("verified"), boolean=True, ordering="verified_at")
    def is_verified(self, veterinarian: Veterinarian) -> bool:
        return veterinarian.verified_at is not None

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Veterinarian:
        data = form.cleaned_data
        values = {name: data[name] for name in CORRECTABLE}
        if change:
            return correct_profile(user_of(request), form.instance.pk, form.lock_version, **values)
        return create_profile(user_of(request), data["user"], **values)

    def get_urls(self) -> list[URLPattern]:
        return [self.posted("verify/", self.verify), *super().get_urls()]

    def verify(self, request: HttpRequest, pk: int) -> None:
        version = typed_version(request.POST) or NEW
        try:
            self._tell(request, int(verify_veterinarian(user_of(request), pk, version)))
        except StaleEdit as error:
            messages.error(request, str(error))

    @action(description=_("Note as verified"), permissions=["change"])
    def verify_selected(self, request: HttpRequest, veterinarians: QuerySet[Veterinarian]) -> None:
        self._tell(
            request, verify_veterinarians(user_of(request), list(veterinarians.values_list("pk", flat=True)))
        )

    def _tell(self, request: HttpRequest, count: int) -> None:
        message = ngettext(
            "%(count)s veterinarian is verified now.", "%(count)s veterinarians are verified now.", count
        )
        messages.success(request, message % {"count": count})


@admin.register(StaffMember)
class StaffMemberAdmin(PersonAdmin):
    form = StaffMemberForm
    roles = (Role.STAFF, Role.PATHOLOGIST, Role.ADMIN)
    list_display = ("__str__", "position", "email", "role")
    search_fields = ("first_names", "last_names", "position", "user__email")

    @display(description=_("e-mail"), ordering="user__email")
    def email(self, member: StaffMember) -> str:
        return member.user.email

    @display(description=_("role"), ordering="user__role")
    def role(self, member: StaffMember) -> str:
        return member.user.get_role_display()

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> StaffMember:
        values = {name: form.cleaned_data[name] for name in staff.FIELDS}
        if change:
            return staff.change_member(user_of(request), form.instance.pk, **values)
        return staff.create_member(user_of(request), form.cleaned_data["user"], **values)
