"""What is typed about messages: which ones to look for, and where to send one again."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.listing import NUMBER, ListFilter, choice_field, search_field, veterinarians_named, words
from lims.models import Delivery, DeliveryState, User

# Not a state of a message: what somebody still has to see to.
TO_SEE_TO = "attention"


class ResendForm(forms.Form):
    """Where a message goes this time, and whether the next ones go there too."""

    address = forms.EmailField(
        label=_("Address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    keep_address = forms.BooleanField(label=_("Use this address from now on"), required=False)


class DeliveryFilter(ListFilter):
    """The filters of the list of messages."""

    filters: ClassVar = ("q", "state")

    q = search_field(_("Address, number, veterinarian..."))
    state = choice_field(_("State"), [(TO_SEE_TO, _("Needs attention")), *DeliveryState.choices])

    def apply(self, rows: Any) -> Any:
        """Return those of the messages that the filters let through."""
        chosen = self.chosen()
        if chosen.get("state") == TO_SEE_TO:
            rows = rows.needing_attention()
        elif "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        return _search(rows, chosen.get("q", ""))


def _search(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    if NUMBER.match(text):
        return rows.filter(pk__in=_numbered(text.upper()))
    for word in words(text):
        rows = rows.filter(pk__in=_mentioning(word))
    return rows


def _numbered(number: str) -> QuerySet:
    of_reports = Delivery.objects.filter(report__protocol__number__startswith=number)
    of_events = Delivery.objects.filter(protocol_event__protocol__number__startswith=number)
    of_orders = Delivery.objects.filter(work_order__number__startswith=number)
    return _either(of_reports, of_events, of_orders)


def _mentioning(word: str) -> QuerySet:
    recipients = User.objects.filter(veterinarian__in=veterinarians_named(word))
    # Parts of their own, not one condition with OR: each can then use its own index.
    return _either(
        Delivery.objects.filter(address__icontains=word),
        Delivery.objects.filter(report__protocol__number__icontains=word),
        Delivery.objects.filter(protocol_event__protocol__temporary_code__icontains=word),
        Delivery.objects.filter(recipient__in=recipients),
    )


def _either(first: QuerySet, *others: QuerySet) -> QuerySet:
    return first.order_by().values("pk").union(*(part.order_by().values("pk") for part in others))
