"""A work order and its lines, as an administrator types them."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.admin import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from lims.forms.admin_served import ServedForm
from lims.forms.fields import MoneyField
from lims.models import Protocol, WorkOrder, WorkOrderLine
from lims.models.work_orders import BILLING_FIELDS
from lims.services import prices
from lims.services.work_orders import Line

ZERO = Decimal("0.00")


class ClosedWorkOrderForm(ServedForm):
    """Nothing but the version of the order when it was read, so that a second editor is told."""

    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = WorkOrder
        fields: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["read_version"] = self.instance.version

    def billing(self) -> dict:
        """Return the valid billing data as the services take it."""
        return {name: self.cleaned_data[name] for name in BILLING_FIELDS if name in self.cleaned_data}


class WorkOrderForm(ClosedWorkOrderForm):
    """What may be changed on an order while it lives."""

    advance = MoneyField(label=_("Advance"), min_value=0, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = WorkOrder
        fields = ("veterinarian", *BILLING_FIELDS)
        widgets = {"observations": UnfoldAdminTextareaWidget(attrs={"rows": 3})}


class NewWorkOrderForm(ServedForm):
    """A new draft; its billing data comes from the veterinarian."""

    class Meta:
        model = WorkOrder
        fields = ("veterinarian", "observations")
        widgets = {"observations": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def billing(self) -> dict:
        return {"observations": self.cleaned_data["observations"]}


class LineForm(forms.ModelForm):
    """A line; the protocol is named by its number, as it is typed or scanned."""

    protocol: Protocol | None = None  # found by the formset, for all lines at once

    code = forms.CharField(
        label=_("Protocol"),
        max_length=30,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "HP 26/001", "size": 12}),
    )
    service = forms.CharField(
        label=_("Service"), max_length=40, widget=UnfoldAdminTextInputWidget(attrs={"list": "services"})
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=5_000,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("As in the price list")}),
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=100_000,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    unit_price = MoneyField(
        label=_("Unit price"),
        min_value=0,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("As in the price list")}),
    )
    discount = MoneyField(
        label=_("Discount"), min_value=0, required=False, initial=ZERO, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = WorkOrderLine
        fields = ("service", "description", "quantity", "unit_price", "discount")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["code"] = self.instance.protocol.code

    def clean_code(self) -> str:
        return " ".join(self.cleaned_data["code"].upper().split())

    def _post_clean(self) -> None:
        """Leave the line as it is: the service writes all lines anew."""


class LineFormSet(PaginationInlineFormSet):
    """All lines of a draft: their protocols and prices are looked up at once, whatever their number."""

    def clean(self) -> None:
        forms_in_use = self._in_use()
        protocols = self._protocols([form.cleaned_data["code"] for form in forms_in_use])
        listed = prices.Lookup() if forms_in_use else None
        for form in forms_in_use:
            self._check(form, protocols.get(form.cleaned_data["code"]), listed)

    def lines(self) -> list[Line]:
        """Return the valid lines as the services take them."""
        return [
            Line(
                form.protocol.pk,
                form.cleaned_data["service"],
                form.cleaned_data["description"],
                form.cleaned_data["quantity"],
                form.cleaned_data["unit_price"],
                form.cleaned_data["discount"] or ZERO,
            )
            for form in self._in_use()
        ]

    def _in_use(self) -> list[LineForm]:
        return [
            form
            for form in self.forms
            if form.is_valid() and "code" in form.cleaned_data and not self._should_delete_form(form)
        ]

    def _protocols(self, codes: list[str]) -> dict[str, Protocol]:
        return {protocol.number or "": protocol for protocol in Protocol.objects.filter(number__in=codes)}

    def _check(self, form: LineForm, protocol: Protocol | None, listed: prices.Lookup) -> None:
        form.protocol = protocol
        if protocol is None:
            return form.add_error("code", _("No protocol has this number."))
        price = listed.on(form.cleaned_data["service"], prices.day_of(protocol))
        unit_price = form.cleaned_data["unit_price"]
        if unit_price is None and price is None:
            return form.add_error("unit_price", _("The price list has none for this service and day."))
        amount = form.cleaned_data["quantity"] * (unit_price if unit_price is not None else price.price)
        if (form.cleaned_data["discount"] or ZERO) > amount:
            form.add_error("discount", _("A discount cannot exceed its line."))
        return None
