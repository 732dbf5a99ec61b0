"""Accounts, and the people behind them, as an administrator types them."""

from django.utils.translation import gettext_lazy as _
from unfold.forms import UserCreationForm

from lims.forms.kit.service_forms import ServiceForm, StaleCheckedForm
from lims.forms.kit.versions import VersionedForm
from lims.models import StaffMember, User, Veterinarian
from lims.services.people.profiles import CORRECTABLE
from lims.services.people.staff import FIELDS


class AccountCreationForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "role", "language")
        field_classes: dict = {}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class AccountForm(StaleCheckedForm):
    class Meta:
        model = User
        fields = ("email", "role", "language", "is_active")
        help_texts = {
            "email": _("A new address has to be verified anew."),
            "is_active": _("Accounts are switched off, never deleted: what they did stays on record."),
        }


class VeterinarianForm(VersionedForm, ServiceForm):
    class Meta:
        model = Veterinarian
        fields = ("user", *CORRECTABLE)


class StaffMemberForm(StaleCheckedForm):
    class Meta:
        model = StaffMember
        fields = ("user", *FIELDS)
