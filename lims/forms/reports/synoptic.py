"""The synoptic table of a tumour as it is typed, and the usual words that its cells are offered."""

from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

# What the guidelines ask of a tumour; the PDF is in its reader's language, not in the writer's.
ELEMENTS = (
    _("Histological type"),
    _("Grade (scheme)"),
    _("Mitoses (in 2.37 mm²)"),
    _("Lymphovascular invasion"),
    _("Deep margin"),
    _("Lateral margins"),
    _("Lymph nodes"),
)
STAINS = ("H&E", "PAS", "Giemsa", "Gram", "Ziehl-Neelsen", _("Toluidine blue"), _("Masson's trichrome"))
ANSWERS = (_("not applicable"), _("cannot be assessed"), _("present"), _("not seen"), _("free, at … mm"))

SynopticRow = dict[str, str]


def suggestions(language: str) -> dict[str, list[str]]:
    """Return the usual elements and answers in the language of the PDF."""
    with override(language):
        return {
            "elements": [str(element) for element in ELEMENTS],
            "answers": [str(answer) for answer in ANSWERS],
            "stains": [str(stain) for stain in STAINS],
        }


class SynopticWidget(forms.Widget):
    """Reads the two columns of the page; the templates draw them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[SynopticRow]:
        columns = (data.getlist(f"{name}-element"), data.getlist(f"{name}-answer"))
        return [{"element": left, "answer": right} for left, right in zip_longest(*columns, fillvalue="")]


class SynopticField(forms.Field):
    """A list of rows `{"element": ..., "answer": ...}`; rows left empty do not count."""

    widget = SynopticWidget

    def to_python(self, value: list[SynopticRow] | None) -> list[SynopticRow]:
        rows = [{name: text.strip() for name, text in row.items()} for row in value or []]
        return [row for row in rows if any(row.values())]

    def validate(self, value: list[SynopticRow]) -> None:
        """Leave it to the service, which alone knows how large a table may be."""

    def has_changed(self, initial: list[SynopticRow] | None, data: list[SynopticRow] | None) -> bool:
        return self.to_python(initial) != self.to_python(data)
