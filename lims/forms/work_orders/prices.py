"""A price, as an administrator types it."""

from dataclasses import fields

from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from lims.forms.kit.fields import MoneyField
from lims.forms.kit.service_forms import StaleCheckedForm
from lims.models import Price
from lims.services.work_orders.price_list import Terms


class PriceForm(StaleCheckedForm):
    price = MoneyField(label=_("Price"), min_value=0, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Price
        fields = ("service", "description", "price", "valid_from", "valid_until")
        help_texts = {
            "service": _("The code that lines of orders name, such as HP-1."),
            "valid_from": _("The open price of the same service ends the day before."),
            "valid_until": _("Leave it empty for “until further notice”."),
        }

    def terms(self) -> Terms:
        """Return the valid values as the price list's services take them."""
        return Terms(**{field.name: self.cleaned_data[field.name] for field in fields(Terms)})
