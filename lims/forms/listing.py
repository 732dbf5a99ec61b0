"""What every list's filters do alike: they come from the URL, and one that makes no sense is ignored."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import ClassVar

from django import forms
from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.models import Protocol, Veterinarian
from lims.models.protocols import WORDS
from lims.models.searching import beginning, folded, words
from lims.services.codes import beginnings

NAMES = ("first_names", "last_names", "clinic")


class ListFilter(forms.Form):
    """The filters of a list; a subclass names them in `filters` and applies them in `apply`."""

    filters: ClassVar[tuple[str, ...]] = ()

    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def chosen(self) -> dict:
        """Return the filters that are set and make sense, without the page."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.filters if self.cleaned_data.get(name)}

    def before_pk(self) -> int | None:
        """Return the pk that the asked-for page comes after, None for the first page."""
        self.is_valid()
        return self.cleaned_data.get("before")

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return those of the rows that the filters let through."""
        raise NotImplementedError


def search_field(placeholder) -> forms.CharField:
    """Return the field in which people type what they look for."""
    attributes = {"type": "search", "class": "form-control", "placeholder": placeholder}
    return forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs=attributes)
    )


def choice_field(label, choices) -> forms.ChoiceField:
    """Return a filter of which one or none is chosen; unchosen it shows its own name."""
    return forms.ChoiceField(label=label, required=False, choices=[("", label), *choices])


def veterinarians_named(word: str) -> QuerySet[Veterinarian]:
    """Return the veterinarians whose names or clinic have a word in them."""
    return Veterinarian.objects.alias(folded=folded(*NAMES)).filter(folded__contains=word)


def named(each: Sequence[str], key: str = "pk") -> dict[str, list[int]]:
    """Return by word the veterinarians whose names or clinic have it in them, in one statement.

    Their keys, not a query: how many they are decides how the rest is best searched.
    """
    either = reduce(or_, (Q(folded__contains=word) for word in each))
    found = Veterinarian.objects.annotate(folded=folded(*NAMES)).filter(either).order_by()
    rows = list(found.values_list(key, "folded"))
    return {word: [pk for pk, names in rows if word in names] for word in each}


def coded(rows: QuerySet, field: str, begun: Sequence[str]) -> QuerySet:
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
        return coded(rows, "temporary_code" if is_temporary else "number", begun)
    each = words(text)
    if not each:
        return rows.none()
    return rows.alias(words=WORDS).filter(mentioning(each, named(each), "veterinarian"))


def mentioning(each: Sequence[str], vets: Mapping[str, list[int]], veterinarian: str) -> Q:
    """Return the condition that every word is among a row's `words` or in its vet's names."""
    own = [word for word in each if not vets[word]]
    found = Q(words=beginning(*own)) if own else Q()
    for word in each:
        if vets[word]:
            found &= Q(words=beginning(word)) | Q(**{f"{veterinarian}__in": vets[word]})
    return found
