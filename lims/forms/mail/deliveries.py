"""Filters of the list of messages, and the address to send one to again."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import (
    ListFilter,
    by_code,
    choice_field,
    matching,
    prefetch_matches,
    search_field,
    search_protocols,
)
from lims.models import Delivery, DeliveryState, WorkOrder
from lims.models.deliveries import WORDS
from lims.models.searching import words
from lims.services.kit.codes import beginnings

# Not a state of a message: what somebody still has to see to.
TO_SEE_TO = "attention"


class ResendForm(forms.Form):
    """Address of this message, and whether the next ones go there too."""

    address = forms.EmailField(
        label=_("Address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    keep_address = forms.BooleanField(label=_("Use this address from now on"), required=False)


class DeliveryFilter(ListFilter):
    filters: ClassVar = ("q", "state")

    q = search_field(_("Address, number, veterinarian..."))
    state = choice_field(_("State"), [(TO_SEE_TO, _("Needs attention")), *DeliveryState.choices])

    def apply(self, rows: Any) -> Any:
        chosen = self.chosen()
        if chosen.get("state") == TO_SEE_TO:
            rows = rows.needing_attention()
        elif "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        return _search(rows, chosen.get("q", ""))


def _search(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    if not text:
        return rows
    if begun := beginnings(text):
        return rows.filter(pk__in=_about(text, begun))
    if each := words(text):
        condition = matching(prefetch_matches(each, rows, WORDS, "user"), "recipient")
        return rows.alias(words=WORDS).filter(condition)
    return rows.none()


def _about(text: str, begun: list[str]) -> QuerySet:
    """Return the messages about what has one of these codes."""
    if begun[0].startswith("OT"):
        orders = by_code(WorkOrder.objects.all(), "number", begun)
        return Delivery.objects.filter(work_order__in=orders).order_by().values("pk")
    protocols = search_protocols(text).values("pk")
    # Parts of their own, not one condition with OR: each can then use its own index.
    of_reports = Delivery.objects.filter(report__protocol__in=protocols).order_by().values("pk")
    of_events = Delivery.objects.filter(protocol_event__protocol__in=protocols).order_by().values("pk")
    return of_reports.union(of_events)
