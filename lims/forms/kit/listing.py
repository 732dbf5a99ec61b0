"""Filters of lists: they come from the URL, and one that makes no sense is ignored."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib.postgres.search import SearchVector
from django.db.models import Exists, Q, QuerySet, TextField, Value
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.parsing import typed_pk
from lims.models import Protocol, Veterinarian
from lims.models.protocols import WORDS
from lims.models.searching import beginning, folded, words
from lims.services.kit.codes import beginnings

NAMES = ("first_names", "last_names", "clinic")
# So many keys are sent back to the database; of more, each page of a list holds some.
FEW = 500
# No word.
OF_VETS = ""


class Known(NamedTuple):
    """Matches of a word: the vets who have it in their names, and the rows, None for more than a few."""

    vets: list[int]
    own: list[int] | None


class ListFilter(forms.Form):
    """The filters of a list; a subclass names them in `filters` and applies them in `apply`."""

    filters: ClassVar[tuple[str, ...]] = ()

    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def chosen(self) -> dict:
        """Return the filters that are set and make sense, without the page."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.filters if self.cleaned_data.get(name)}

    def is_first(self) -> bool:
        return self._place() is None

    def rest(self, rows: QuerySet) -> QuerySet:
        """Return the rows after the page before, in the list's order: newest first."""
        pk = self._place()
        return (rows.filter(pk__lt=pk) if pk else rows).order_by("-pk")

    def place(self, row: Any) -> dict[str, Any]:
        """Return what the address of the page after a row says beside the filters."""
        return {"before": row.pk}

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return those of the rows that the filters let through."""
        raise NotImplementedError

    def _place(self) -> Any:
        self.is_valid()
        return self.cleaned_data.get("before")


class KeysetFilter(ListFilter):
    """Filters of a list in the order of one column, oldest first, and of the key where that is the same."""

    column: ClassVar[str]

    after = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def rest(self, rows: QuerySet) -> QuerySet:
        if place := self._place():
            value, pk = place
            rows = rows.filter(**{f"{self.column}__gte": value})
            rows = rows.filter(Q(**{f"{self.column}__gt": value}) | Q(pk__gt=pk))
        return rows.order_by(self.column, "pk")

    def place(self, row: Any) -> dict[str, Any]:
        value = getattr(row, self.column)
        return {"after": f"{value.isoformat() if value else ''}~{row.pk}"}

    @staticmethod
    def parse(text: str) -> date | None:
        """Return the column's value in an address; None, or ValueError, for what is none."""
        raise NotImplementedError

    def _place(self) -> tuple[date, int] | None:
        self.is_valid()
        text, _sep, key = self.cleaned_data.get("after", "").rpartition("~")
        pk = typed_pk(key)
        try:
            value = self.parse(text)
        except ValueError:
            return None
        return (value, pk) if value and pk else None


class WholeList(ListFilter):
    def apply(self, rows: QuerySet) -> QuerySet:
        return rows


def search_field(placeholder: str | Promise) -> forms.CharField:
    attributes = {"type": "search", "class": "form-control", "placeholder": placeholder}
    return forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs=attributes)
    )


def choice_field(label: Any, choices: Sequence[tuple[Any, Any]]) -> forms.ChoiceField:
    """Return a filter of which one or none is chosen; unchosen it shows its own name."""
    return forms.ChoiceField(label=label, required=False, choices=[("", label), *choices])


def veterinarians_named(word: str) -> QuerySet[Veterinarian]:
    """Return the veterinarians whose names or clinic have a word in them."""
    return Veterinarian.objects.alias(folded=folded(*NAMES)).filter(folded__contains=word)


def vets_matching(each: Sequence[str], key: str = "pk") -> dict[str, list[int]]:
    """Return by word the veterinarians whose names or clinic have it in them, in one statement.

    Their keys, not a query: how many they are decides how the rest is best searched.
    """
    rows = list(_named(each, key))
    return {word: [pk for __, pk, names in rows if word in names] for word in each}


def prefetch_matches(
    each: Sequence[str], rows: QuerySet, own: SearchVector, key: str = "pk"
) -> dict[str, Known]:
    """Return what is known of each word before rows are searched by their own words, in one statement.

    How many rows have a word's beginning no planner knows, and a list's page is found by walking it from its
    newest row or by the words' index: where one is right, the other takes seconds. So the keys of a few rows
    are read by the index first; where there are more, the newest of them are soon found in the list.
    """
    everywhere = rows.model._default_manager.alias(words=own).order_by()
    few = [
        everywhere.filter(words=beginning(word))
        .annotate(place=_text(word), text=_text(""))
        .values_list("place", "pk", "text")[: FEW + 1]
        for word in each
    ]
    found = list(_named(each, key).union(*few, all=True))
    return {word: _known(word, found) for word in each}


def _known(word: str, found: list[tuple[str, int, str]]) -> Known:
    own = [pk for place, pk, __ in found if place == word]
    return Known(
        vets=[pk for place, pk, names in found if place == OF_VETS and word in names],
        own=own if len(own) <= FEW else None,
    )


def _named(each: Sequence[str], key: str) -> QuerySet:
    either = reduce(or_, (Q(text__contains=word) for word in each))
    found = Veterinarian.objects.annotate(place=_text(OF_VETS), text=folded(*NAMES)).filter(either)
    return found.order_by().values_list("place", key, "text")


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())


def by_code(rows: QuerySet, field: str, begun: Sequence[str]) -> QuerySet:
    """Return the rows with one of these codes; of a code that none has in full, those that it begins."""
    found = Q()
    for code in begun:
        exact = Exists(rows.model._default_manager.filter(**{field: code}))
        found |= Q(**{field: code}) | (Q(~exact) & Q(**{f"{field}__startswith": code}))
    return rows.filter(found)


def search_protocols(text: str, among: QuerySet[Protocol] | None = None) -> QuerySet[Protocol]:
    """Return the protocols that a text finds: by a code as far as it is typed, else by all words in names."""
    rows = Protocol.objects.all() if among is None else among
    if begun := beginnings(text):
        is_temporary = begun[0].startswith("TMP")
        return by_code(rows, "temporary_code" if is_temporary else "number", begun)
    each = words(text)
    if not each:
        return rows.none()
    return rows.alias(words=WORDS).filter(matching(prefetch_matches(each, rows, WORDS), "veterinarian"))


def matching(each: Mapping[str, Known], veterinarian: str) -> Q:
    """Return the condition that every word is among a row's `words` or in its vet's names."""
    alone = [word for word, about in each.items() if about.own is None and not about.vets]
    found = Q(words=beginning(*alone)) if alone else Q()
    for word, about in each.items():
        if word not in alone:
            own = Q(words=beginning(word)) if about.own is None else Q(pk__in=about.own)
            found &= own | Q(**{f"{veterinarian}__in": about.vets}) if about.vets else own
    return found


class WorkListFilter(KeysetFilter):
    """Search among protocols that wait; who waits longest stands first."""

    filters: ClassVar[tuple[str, ...]] = ("q",)
    # Since when a protocol waits.
    column: ClassVar[str] = "received_at"

    q = search_field(_("Number, animal, owner, veterinarian..."))

    @staticmethod
    def parse(text: str) -> datetime | None:
        moment = parse_datetime(text)
        return moment if moment and moment.tzinfo else None

    def apply(self, rows: QuerySet[Any], protocol: str = "protocol") -> QuerySet[Any]:
        text = self.chosen().get("q")
        return rows.filter(**{f"{protocol}__in": search_protocols(text)}) if text else rows
