"""What every list's filters do alike: they come from the URL, and one that makes no sense is ignored."""

import re
from typing import ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.models import Protocol, Veterinarian

# An order's or a protocol's number from its beginning, as typed or scanned: OT-2026-001, HP 26/1.
NUMBER = re.compile(r"[A-Za-z]{2,3}[ -]\d")
WORDS_MAX = 5


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


def words(text: str) -> list[str]:
    """Return the words of a search, the first few."""
    return text.split()[:WORDS_MAX]


def veterinarians_named(word: str) -> QuerySet[Veterinarian]:
    """Return the veterinarians whose names or clinic have a word in them."""
    return Veterinarian.objects.filter(
        Q(first_names__icontains=word) | Q(last_names__icontains=word) | Q(clinic__icontains=word)
    )


def search_protocols(text: str) -> QuerySet[Protocol]:
    """Return the protocols that a text finds: by a number's beginning, else by all words in names."""
    found = Protocol.objects.all()
    if NUMBER.match(text):
        return found.filter(number__startswith=text.upper())
    for word in words(text):
        found = found.filter(pk__in=_mentioning(word))
    return found


def _mentioning(word: str) -> QuerySet:
    own = Protocol.objects.filter(
        Q(animal__icontains=word)
        | Q(number__icontains=word)
        | Q(temporary_code__icontains=word)
        | Q(owner_first_names__icontains=word)
        | Q(owner_last_names__icontains=word)
    )
    theirs = Protocol.objects.filter(veterinarian__in=veterinarians_named(word))
    # Parts of their own, not one condition with OR: each can then use its own index.
    return own.order_by().values("pk").union(theirs.order_by().values("pk"))
