"""What people look for among protocols."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.listing import ListFilter, choice_field, search_field, search_protocols
from lims.models import Protocol, ProtocolStatus, User
from lims.models.protocols import ProtocolKind


class ProtocolFilter(ListFilter):
    """The filters of the list of protocols; vets alone have drafts."""

    filters: ClassVar = ("q", "status", "kind")

    q = search_field(_("Number, code, animal, owner, veterinarian..."))
    status = choice_field(_("Status"), ProtocolStatus.choices)
    kind = choice_field(_("Kind"), ProtocolKind.choices)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        if user.is_laboratory:
            hidden = ProtocolStatus.DRAFT
            status.choices = [("", _("Status")), *(one for one in ProtocolStatus.choices if one[0] != hidden)]

    def apply(self, rows: QuerySet[Protocol]) -> QuerySet[Protocol]:
        """Return those of the protocols that the filters let through."""
        chosen = self.chosen()
        if "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        return rows.filter(pk__in=search_protocols(chosen["q"]).values("pk")) if "q" in chosen else rows
