"""Filters of the list of operations, and paging of an operation's failures."""

from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lims.forms.kit.listing import ListFilter, choice_field
from lims.models import Operation, OperationState

POSITION_MAX = 2**31 - 1
STATES = [
    (OperationState.RUNNING, _("In work")),
    (OperationState.CANCELLED, pgettext_lazy("operation", "Cancelled")),
    (OperationState.DONE, _("Ended")),
]


class OperationFilter(ListFilter):
    filters: ClassVar = ("state",)

    state = choice_field(_("State"), STATES)

    def apply(self, rows: QuerySet[Operation]) -> QuerySet[Operation]:
        chosen = self.chosen()
        return rows.filter(state=chosen["state"]) if "state" in chosen else rows


class FailuresPage(forms.Form):
    """Which page of the failures: those after a position in the operation's list."""

    after = forms.IntegerField(required=False, min_value=0, max_value=POSITION_MAX)

    def position(self) -> int | None:
        """Return the position that the asked-for page comes after, None for the first page."""
        self.is_valid()
        return self.cleaned_data.get("after")
