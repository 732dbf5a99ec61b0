"""Accounts: who may log in, and as what."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm

from lims.admin.base import AuditedAdmin, ServedAdmin
from lims.forms.people.admin_people import AccountCreationForm, AccountForm
from lims.models import User
from lims.requests import user_of
from lims.services.people.accounts import (
    change_account,
    create_account,
    remove_second_factors,
    verify_addresses,
)


@admin.register(User)
class UserAdmin(AuditedAdmin, ServedAdmin, BaseUserAdmin):  # type: ignore[misc]
    form = AccountForm
    add_form = AccountCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "email",
        "role",
        "language",
        "is_active",
        "is_verified",
        "has_second_factor",
        "last_login",
    )
    list_filter = ("role", "is_active")
    search_fields = ("email",)
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("is_verified", "has_second_factor", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "role", "language", "is_active")}),
        (_("Login"), {"fields": ("is_verified", "has_second_factor", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "role", "language", "usable_password", "password1", "password2")}),
    )
    actions = ("verify", "remove_factors")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=True)
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        return (
            super().get_queryset(request).annotate(verified=Exists(addresses), second_factor=Exists(factors))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> User:
        data = form.cleaned_data
        if not change:
            values = {name: data[name] for name in ("email", "role", "language")}
            return create_account(user_of(request), password=data.get("password1") or None, **values)
        values = {name: data[name] for name in AccountForm.Meta.fields}
        return change_account(user_of(request), form.instance.pk, **values)

    @display(description=_("address verified"), boolean=True, ordering=F("verified"))
    def is_verified(self, user: User) -> bool:
        return bool(getattr(user, "verified", False))

    @display(description=_("second factor"), boolean=True, ordering=F("second_factor"))
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "second_factor", False))

    @action(description=_("Take the address for verified"), permissions=["change"])
    def verify(self, request: HttpRequest, users: QuerySet[User]) -> None:
        count = verify_addresses(user_of(request), _pks(users))
        message = ngettext(
            "%(count)s address is verified now.", "%(count)s addresses are verified now.", count
        )
        messages.success(request, message % {"count": count})

    @action(description=_("Remove the second factor"), permissions=["change"])
    def remove_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        count = remove_second_factors(user_of(request), _pks(users))
        message = ngettext(
            "%(count)s account has no second factor any more.",
            "%(count)s accounts have no second factor any more.",
            count,
        )
        messages.success(request, message % {"count": count})


def _pks(users: QuerySet[User]) -> list[int]:
    return list(users.values_list("pk", flat=True))
