"""What is typed about messages: which ones to look for, and where to send one again."""

from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.listing import (
    NUMBER,
    ListFilter,
    choice_field,
    search_field,
    search_protocols,
    veterinarians_named,
    words,
)
from lims.models import Delivery, DeliveryState
from lims.models.deliveries import ATTENTION

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

    def apply(self, rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Return those of the messages that the filters let through."""
        chosen = self.chosen()
        if chosen.get("state") == TO_SEE_TO:
            rows = to_see_to(rows)
        elif "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        return _search(rows, chosen.get("q", ""))


def to_see_to(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return the messages that failed, or may have, and that nobody has seen to."""
    return rows.filter(state__in=ATTENTION, settled_at=None)


def _search(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    if NUMBER.match(text):
        return rows.filter(report__protocol__in=search_protocols(text))
    for word in words(text):
        rows = rows.filter(
            Q(address__icontains=word)
            | Q(report__protocol__number__icontains=word)
            | Q(recipient__veterinarian__in=veterinarians_named(word))
        )
    return rows
