"""What people type about work orders: billing data, reasons, and what they look for."""

import re

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.errors import LimsError
from lims.forms.fields import MoneyField
from lims.models import PaymentStatus, Veterinarian, WorkOrder, WorkOrderLine, WorkOrderStatus

# An order's or a protocol's number from its beginning, as typed or scanned: OT-2026-001, HP 26/1.
NUMBER = re.compile(r"[A-Za-z]{2,3}[ -]\d")
WORDS_MAX = 5


def refuse(form: forms.BaseForm, error: LimsError) -> None:
    """Show what a service refused: beside its field where it names one, else above the form."""
    fields = getattr(error, "fields", {})
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not fields:
        form.add_error(None, str(error))


class BillingForm(forms.ModelForm):
    """What staff may change on an order while it lives."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    advance = MoneyField(label=_("Advance"), min_value=0)

    class Meta:
        model = WorkOrder
        fields = ["advance", "billing_name", "billing_tax_id", "billing_vat_condition", "observations"]
        widgets = {"observations": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def billing(self) -> dict:
        """Return the valid values as `change_work_order` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _post_clean(self) -> None:
        """Leave the order as it is: the service alone checks and writes it."""


class CancellationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class WorkOrderFilter(forms.Form):
    """The list's filters, as the URL carries them; one that makes no sense is ignored."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": _("Number, animal, veterinarian..."),
            }
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Status")), *WorkOrderStatus.choices]
    )
    payment = forms.ChoiceField(
        label=_("Payment"), required=False, choices=[("", _("Payment")), *PaymentStatus.choices]
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def chosen(self) -> dict:
        """Return the filters that are set and make sense, without the page."""
        self.is_valid()
        return {
            name: self.cleaned_data[name]
            for name in ("q", "status", "payment")
            if self.cleaned_data.get(name)
        }

    def before_pk(self) -> int | None:
        """Return the pk that the asked-for page comes after, None for the first page."""
        self.is_valid()
        return self.cleaned_data.get("before")

    def apply(self, orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        """Return those of the orders that the filters let through."""
        chosen = self.chosen()
        if "status" in chosen:
            orders = orders.filter(status=chosen["status"])
        if "payment" in chosen:
            orders = orders.filter(payment_status=chosen["payment"])
        return search(orders, chosen.get("q", ""))


def search(orders: QuerySet[WorkOrder], text: str) -> QuerySet[WorkOrder]:
    """Return the orders that a text finds: by a number's beginning, else by all words in names and codes."""
    if NUMBER.match(text):
        return orders.filter(pk__in=_numbered(text.upper()))
    for word in text.split()[:WORDS_MAX]:
        orders = orders.filter(pk__in=_mentioning(word))
    return orders


def _numbered(number: str) -> QuerySet:
    lines = WorkOrderLine.objects.filter(protocol__number__startswith=number)
    own = WorkOrder.objects.filter(number__startswith=number)
    return own.order_by().values("pk").union(lines.order_by().values("work_order"))


def _mentioning(word: str) -> QuerySet:
    veterinarians = Veterinarian.objects.filter(
        Q(first_names__icontains=word) | Q(last_names__icontains=word) | Q(clinic__icontains=word)
    )
    lines = WorkOrderLine.objects.filter(
        Q(protocol__animal__icontains=word) | Q(protocol__number__icontains=word)
    )
    # Parts of their own, not one condition with OR: each can then use its own index.
    own = WorkOrder.objects.filter(Q(number__icontains=word) | Q(billing_name__icontains=word))
    theirs = WorkOrder.objects.filter(veterinarian__in=veterinarians)
    parts = [part.order_by().values("pk") for part in (own, theirs)]
    return parts[0].union(parts[1], lines.order_by().values("work_order"))
