"""Forms of the user's own page."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from lims.forms.kit.service_forms import ServiceForm
from lims.forms.kit.versions import VersionedForm
from lims.models import User, Veterinarian
from lims.models.people import Language
from lims.services.people.profiles import FIELDS, NEW


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)


class ProfileForm(VersionedForm, ServiceForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language.choices)

    class Meta:
        model = Veterinarian
        fields = FIELDS
        labels = {
            "notify_on_reception": gettext_lazy("Tell me when a sample is received"),
            "notify_on_processing": gettext_lazy("Tell me when a sample is being processed"),
            "notify_on_report": gettext_lazy("Tell me when a report is issued, amended or withdrawn"),
        }
        help_texts = {
            "licence": gettext_lazy("The laboratory verifies it, and anew when it or the name changes."),
            "alternative_email": gettext_lazy("Messages about samples go there instead of to the login's."),
        }

    def __init__(self, user: User, vet: Veterinarian | None, data: QueryDict | None = None) -> None:
        super().__init__(data, instance=vet or Veterinarian(user=user, lock_version=NEW))
        self.initial["language"] = user.language
        autocomplete = {
            "first_names": "given-name",
            "last_names": "family-name",
            "phone": "tel",
            "clinic": "organization",
            "address": "street-address",
            "alternative_email": "email",
        }
        for name, value in autocomplete.items():
            self.fields[name].widget.attrs["autocomplete"] = value
        self.fields["phone"].widget.input_type = "tel"

    def values(self) -> dict:
        """Return the valid values as `save_profile` takes them."""
        values = {name: self.cleaned_data[name] for name in ("language", *FIELDS)}
        return values | {"lock_version": self.lock_version}
