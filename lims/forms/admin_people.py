"""Accounts, as an administrator types them."""

from django.utils.translation import gettext_lazy as _
from unfold.forms import UserCreationForm

from lims.forms.admin_served import ServedForm
from lims.models import User


class AccountCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "role", "language")
        field_classes: dict = {}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class AccountForm(ServedForm):
    class Meta:
        model = User
        fields = ("email", "role", "language", "is_active")
        help_texts = {
            "email": _("A new address has to be verified anew."),
            "is_active": _("Accounts are switched off, never deleted: what they did stays on record."),
        }
