"""What people type about work orders: billing data, reasons, and what they look for."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.fields import MoneyField
from lims.forms.kit.listing import (
    ListFilter,
    by_code,
    choice_field,
    search_field,
    search_protocols,
    vets_matching,
)
from lims.forms.kit.service_forms import ServiceForm
from lims.forms.kit.versions import VersionedForm
from lims.forms.operations.operations import LISTS, Listed
from lims.models import PaymentStatus, Protocol, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.models.protocols import WORDS as PROTOCOL_WORDS
from lims.models.searching import beginning, words
from lims.models.work_orders import WORDS
from lims.services.kit.codes import beginnings


class BillingForm(VersionedForm, ServiceForm):
    """What staff may change on an order while it lives."""

    advance = MoneyField(label=_("Advance"), min_value=0)

    class Meta:
        model = WorkOrder
        fields = ["advance", "billing_name", "billing_tax_id", "billing_vat_condition", "observations"]
        widgets = {"observations": forms.Textarea(attrs={"rows": 3})}

    def billing(self) -> dict:
        """Return the valid values as `change_work_order` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != self.version_name}


class CancellationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class WorkOrderFilter(ListFilter):
    filters = ("q", "status", "payment")

    q = search_field(_("Number, animal, veterinarian..."))
    status = choice_field(_("Status"), WorkOrderStatus.choices)
    payment = choice_field(_("Payment"), PaymentStatus.choices)

    def apply(self, rows: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        chosen = self.chosen()
        if "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        if "payment" in chosen:
            rows = rows.filter(payment_status=chosen["payment"])
        return search(rows, chosen.get("q", ""))


def search(orders: QuerySet[WorkOrder], text: str) -> QuerySet[WorkOrder]:
    """Return the orders that a text finds: by a code as far as it is typed, else by all words in names."""
    if not text:
        return orders
    if begun := beginnings(text):
        if begun[0].startswith("OT"):
            return by_code(orders, "number", begun)
        return orders.filter(pk__in=_charging(search_protocols(text)))
    each = words(text)
    vets = vets_matching(each) if each else {}
    for word in each:
        orders = orders.filter(pk__in=_mentioning(word, vets[word]))
    return orders if each else orders.none()


def _mentioning(word: str, vets: list[int]) -> QuerySet:
    # Parts of their own, not one condition with OR: each can then use its own index.
    own = WorkOrder.objects.alias(words=WORDS).filter(words=beginning(word))
    theirs = WorkOrder.objects.filter(veterinarian__in=vets)
    protocols = Protocol.objects.alias(words=PROTOCOL_WORDS).filter(words=beginning(word))
    parts = [part.order_by().values("pk") for part in (own, theirs) if vets or part is own]
    return parts[0].union(*parts[1:], _charging(protocols))


def _charging(protocols: QuerySet[Protocol]) -> QuerySet:
    return WorkOrderLine.objects.filter(protocol__in=protocols.values("pk")).order_by().values("work_order")


LISTS[WorkOrder] = Listed(
    "work_orders", lambda data, by: WorkOrderFilter(data), ("issue-and-send-work-orders",)
)
