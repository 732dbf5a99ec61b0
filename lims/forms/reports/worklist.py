"""What a pathologist looks for in the work list, and the phrases they keep."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import ListFilter, search_field, search_protocols
from lims.models import Phrase, Protocol


class WorkListFilter(ListFilter):
    """What is searched for, and which protocol the page comes after: who waits longest stands first."""

    filters: ClassVar[tuple[str, ...]] = ("q",)
    # Since when a protocol waits.
    since: ClassVar[str] = "received_at"

    q = search_field(_("Number, animal, owner, veterinarian..."))
    after = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def apply(self, rows: QuerySet[Any], protocol: str = "protocol") -> QuerySet[Any]:
        """Return those of the rows whose protocol the search finds."""
        text = self.chosen().get("q")
        return rows.filter(**{f"{protocol}__in": search_protocols(text)}) if text else rows

    def after_row(self) -> tuple[datetime, int] | None:
        """Return since when the last protocol of the page before waits, and its pk; None on the first."""
        self.is_valid()
        since, _sep, pk = self.cleaned_data.get("after", "").rpartition("~")
        try:
            at = parse_datetime(since)
        except ValueError:
            return None
        return (at, int(pk)) if at and at.tzinfo and pk.isascii() and pk.isdecimal() else None

    def rest(self, waiting: QuerySet[Protocol]) -> QuerySet[Protocol]:
        """Return the protocols that come after the page before, those that wait longest first."""
        if row := self.after_row():
            at, pk = row
            waiting = waiting.filter(**{f"{self.since}__gte": at})
            waiting = waiting.filter(Q(**{f"{self.since}__gt": at}) | Q(pk__gt=pk))
        return waiting.order_by(self.since, "pk")

    def place(self, protocol: Protocol) -> str:
        """Return what the address of the next page says of its last protocol."""
        at = getattr(protocol, self.since)
        return f"{at.isoformat() if at else ''}~{protocol.pk}"


class PhraseForm(forms.ModelForm):
    """A reusable text with the title that it is found by."""

    class Meta:
        model = Phrase
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def _post_clean(self) -> None:
        """Leave the phrase as it is: the service alone checks and writes it."""
