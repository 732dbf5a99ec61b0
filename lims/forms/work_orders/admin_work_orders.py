"""A work order and its lines, as an administrator types them."""

from decimal import Decimal
from itertools import zip_longest

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.admin import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from lims.errors import LimsError, StaleEdit
from lims.forms.kit.fields import MoneyField
from lims.forms.kit.parsing import replaced, typed_pk
from lims.forms.kit.service_forms import ServiceForm
from lims.models import Protocol, WorkOrder, WorkOrderLine
from lims.models.work_orders import BILLING_FIELDS
from lims.services.work_orders import prices
from lims.services.work_orders.lines import QUANTITY_MAX, Line, mistakes

ZERO = Decimal("0.00")


class ClosedWorkOrderForm(ServiceForm):
    """Nothing but the version of the order when it was read, so that a second editor is told."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    refusal: LimsError | None = None  # of the save that this form is shown again after

    class Meta:
        model = WorkOrder
        fields: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.lock_version

    def full_clean(self) -> None:
        """Let the next save of what is typed here replace what its reader was just told of."""
        super().full_clean()
        if isinstance(self.refusal, StaleEdit):
            self.data = replaced(self.data, "seen_version", self.instance.lock_version)

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


class NewWorkOrderForm(ServiceForm):
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
        max_value=QUANTITY_MAX,
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

    data: QueryDict

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = self._of_lines_that_are_there(self.data)

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

    def _of_lines_that_are_there(self, data: QueryDict) -> QueryDict:
        """Return what was typed as if of the lines that the order has now.

        Each save writes all lines anew. After another editor's, the rows name lines that are gone: they could
        never be saved, and the page would leave out those beyond the number that is there.
        """
        begun = range(self._sent(data, "INITIAL_FORMS"))
        named = {data.get(f"{self.prefix}-{row}-id", "") for row in begun}
        there = [str(line.pk) for line in self.get_queryset()] if named else []
        if named <= set(there):
            return data
        for row, pk in zip_longest(begun, there[: len(begun)], fillvalue=""):
            data = replaced(data, f"{self.prefix}-{row}-id", pk)
        return replaced(data, f"{self.prefix}-INITIAL_FORMS", min(len(begun), len(there)))

    def _sent(self, data: QueryDict, name: str) -> int:
        return min(typed_pk(data.get(f"{self.prefix}-{name}", "")) or 0, self.absolute_max)

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
        each = unit_price if unit_price is not None else price.price
        discount = form.cleaned_data["discount"] or ZERO
        for field, mistake in mistakes(form.cleaned_data["quantity"], each, discount).items():
            form.add_error(field, mistake)
        return None
