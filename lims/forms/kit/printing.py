"""Tells whoever typed a text which of its characters our papers cannot print."""

from collections.abc import Iterable, Iterator

from django import forms
from django.utils.translation import gettext as _

from lims.documents.paper.text import unprintable

SHOWN_MAX = 10


def printing_note(form: forms.BaseForm) -> str:
    """Return a sentence that names what a valid form's texts lose in print, or nothing."""
    return _note(_texts(list(form.cleaned_data.values())))


def printing_notes(forms_typed: Iterable[forms.BaseForm]) -> dict[str, str]:
    """Return such a sentence for each field of valid forms that loses something, by its name on the page."""
    notes = {
        form.add_prefix(name): _note(_texts(value))
        for form in forms_typed
        for name, value in form.cleaned_data.items()
    }
    return {name: note for name, note in notes.items() if note}


def _note(texts: Iterable[str]) -> str:
    lost = list(dict.fromkeys(grapheme for text in texts for grapheme in unprintable(text)))
    if not lost:
        return ""
    note = _(
        "The PDF shows ☐ in place of %(characters)s: its typeface has none of them. The text stays as typed."
    )
    return note % {"characters": " ".join(lost[:SHOWN_MAX])}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
