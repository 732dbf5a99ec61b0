"""A pathologist, and a shared phrase, as an administrator types them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from lims.forms.kit.service_forms import StaleCheckedForm
from lims.models import Pathologist, Phrase
from lims.services.people.pathologists import FIELDS


class PathologistForm(StaleCheckedForm):
    # Not an ImageField, which would decode the upload before its header is looked at: the service does.
    signature = forms.FileField(
        label=_("New signature"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG, at most 5 MB and 4 megapixels."),
    )
    remove_signature = forms.BooleanField(
        label=_("Remove the signature"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    class Meta:
        model = Pathologist
        fields = ("staff_member", *FIELDS)
        help_texts = {
            "may_sign": _("Needs a licence and a signature. Reports that are finalized already keep theirs."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("signature", None)


class PhraseForm(StaleCheckedForm):
    class Meta:
        model = Phrase
        fields = ("title", "text")
