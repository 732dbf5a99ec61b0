"""Whom a new work order is for: the vets who have something to charge."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import ListFilter, search_field, veterinarians_named
from lims.models import Veterinarian
from lims.models.searching import words
from lims.requests import AuthenticatedRequest
from lims.services.work_orders.unbilled import to_charge
from lims.views.kit.listing import list_context

SHOWN_MAX = 50


class VeterinarianFilter(ListFilter):
    """A vet by name or clinic."""

    filters = ("q",)

    q = search_field(_("Veterinarian or clinic..."))

    def apply(self, rows: QuerySet[Veterinarian]) -> QuerySet[Veterinarian]:
        """Return those of the vets who have all the words in their names."""
        for word in words(self.chosen().get("q", "")):
            rows = rows.filter(pk__in=veterinarians_named(word).values("pk"))
        return rows


def choose(request: AuthenticatedRequest) -> HttpResponse:
    """Show the vets who have something to charge, those with most finished samples first."""
    filters = VeterinarianFilter(request.GET)
    found = list(filters.apply(to_charge())[: SHOWN_MAX + 1])
    context: dict[str, Any] = {"veterinarians": found[:SHOWN_MAX], "is_more": len(found) > SHOWN_MAX}
    return render(request, "work_orders/choose.html", context | list_context(filters, "work_order_new", None))
