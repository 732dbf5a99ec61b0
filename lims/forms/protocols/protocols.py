"""Filters of the list of protocols."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import ListFilter, choice_field, search_field, search_protocols
from lims.forms.operations.operations import LISTS, Listed
from lims.models import Protocol, ProtocolStatus, User
from lims.models.protocols import ProtocolKind

# Not states of a protocol: what its dates say today.
RECEIVED_TODAY, OVERDUE = "today", "overdue"


class ProtocolFilter(ListFilter):
    """The filters of the list of protocols; vets alone have drafts, and the laboratory looks at its dates."""

    filters: ClassVar = ("q", "status", "kind", "when")

    q = search_field(_("Number, code, animal, owner, veterinarian..."))
    status = choice_field(_("Status"), ProtocolStatus.choices)
    kind = choice_field(_("Kind"), ProtocolKind.choices)
    when = choice_field(_("When"), [(RECEIVED_TODAY, _("Received today")), (OVERDUE, _("Overdue"))])

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        if user.is_laboratory:
            hidden = ProtocolStatus.DRAFT
            status.choices = [("", _("Status")), *(one for one in ProtocolStatus.choices if one[0] != hidden)]
        else:
            del self.fields["when"]

    def apply(self, rows: QuerySet[Protocol]) -> QuerySet[Protocol]:
        chosen = self.chosen()
        if "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        rows = _on_date(rows, chosen.get("when", ""))
        # Among these rows, not beside them: of a common word the newest are found without reading all.
        return search_protocols(chosen["q"], rows) if "q" in chosen else rows


def _on_date(rows: Any, when: str) -> Any:
    """Return those of the protocols whose dates say something today, or all of them."""
    today = timezone.localdate()
    if when == RECEIVED_TODAY:
        return rows.received_on(today)
    return rows.overdue(today) if when == OVERDUE else rows


LISTS[Protocol] = Listed(
    "protocols", ProtocolFilter, ("receive-protocols", "process-protocols", "ready-protocols")
)
