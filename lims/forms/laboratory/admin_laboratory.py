"""The laboratory's data and logo, as an administrator types them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from lims.forms.kit.service_forms import StaleCheckedForm
from lims.models import Laboratory
from lims.services.laboratory.laboratory import FIELDS


class LaboratoryForm(StaleCheckedForm):
    # Not an ImageField, which would decode the upload before its header is looked at: the service does.
    logo = forms.FileField(
        label=_("New logo"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("PNG or JPEG, at most 5 MB and 4 megapixels."),
    )
    remove_logo = forms.BooleanField(
        label=_("Remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    class Meta:
        model = Laboratory
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("logo", None)
