"""What a vet sends of a draft protocol: checked, and made one spelling of the same content."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import CytologySample, HistopathologySample, Protocol, Specimen
from lims.services.kit.texts import max_length, normalize, too_long

# Columns of text have no limit of their own.
LONG = ("presumptive_diagnosis", "clinical_history")
TEXTS = (
    *("animal", "species", "breed", "age", "chip", "owner_first_names", "owner_last_names"),
    *LONG,
)
FIELDS = (*TEXTS, "sex", "neutered", "weight_kg", "collected_on", "academic_use")
SAMPLE_FIELDS = {
    HistopathologySample: ("preservation", "containers_declared"),
    CytologySample: ("technique", "slides_declared"),
}
SPECIMEN_FIELDS = ("label", "site", "side", "procedure", "pieces")
SPECIMENS_MAX = 40
COUNT_MAX = 500
# A label that nobody typed: the page offers the next letter with each new row.
OFFERED = re.compile(r"[A-Z]?")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class SpecimenRow:
    """One row of specimens as it was typed; `row` is its number on the page, for what is wrong with it."""

    row: int
    label: str = ""
    site: str = ""
    side: str = ""
    procedure: str = ""
    pieces: int = 1

    @property
    def is_empty(self) -> bool:
        typed = (self.site, self.side, self.procedure)
        return not any(typed) and self.pieces == 1 and OFFERED.fullmatch(self.label) is not None


@dataclass(frozen=True)
class Content:
    """A draft as its vet has it on the screen. Fields that are left out stay as they are."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    specimens: Sequence[SpecimenRow] = ()


def cleaned(content: Content) -> Content:
    """Return the content as it is stored: texts without what no row can hold, no empty rows, all labelled."""
    rows = [replace(row, **_texts(_values(row, *SPECIMEN_FIELDS))) for row in content.specimens]
    return Content(
        _texts(content.fields),
        _texts(content.sample),
        _labelled([row for row in rows if not row.is_empty]),
    )


def check(protocol: Protocol, sample: models.Model, content: Content) -> None:
    """Raise Incomplete with the fields of a draft that are wrong. What is merely missing may stay so."""
    named = [name for name in FIELDS if getattr(protocol, name) != ""]
    wrong = _wrong(protocol, named) | _wrong(sample, SAMPLE_FIELDS[type(sample)])
    wrong |= too_long({name: (getattr(protocol, name), max_length(Protocol, name)) for name in LONG})
    if protocol.collected_on and protocol.collected_on > _today():
        wrong["collected_on"] = _("This day is still to come.")
    if protocol.weight_kg is not None and protocol.weight_kg <= 0:
        wrong["weight_kg"] = _("A weight is more than zero.")
    for name in ("containers_declared", "slides_declared"):
        if not 1 <= getattr(sample, name, 1) <= COUNT_MAX:
            wrong[name] = _between()
    wrong |= _wrong_specimens(content.specimens)
    if wrong:
        raise Incomplete(_("Something in the draft is wrong, so it was not saved."), wrong)


def _today() -> date:
    return timezone.localdate()


def _between() -> str:
    return _("A whole number from 1 to %(most)s.") % {"most": COUNT_MAX}


def _values(row: SpecimenRow, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: normalize(value).strip() if isinstance(value, str) else value for name, value in values.items()
    }


def _labelled(rows: list[SpecimenRow]) -> list[SpecimenRow]:
    """Give each row without a label the next letter that no other has."""
    taken = {row.label for row in rows}
    free = iter([letter for letter in [*LETTERS, *_numbers()] if letter not in taken])
    return [row if row.label else replace(row, label=next(free)) for row in rows]


def _numbers() -> list[str]:
    return [str(number) for number in range(1, 1_000)]


def _wrong_specimens(rows: Sequence[SpecimenRow]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if len(rows) > SPECIMENS_MAX:
        wrong["specimens"] = _("At most %(most)s specimens in one protocol.") % {"most": SPECIMENS_MAX}
    labels: set[str] = set()
    for row in rows[:SPECIMENS_MAX]:
        specimen = Specimen(**_values(row, *SPECIMEN_FIELDS))
        named = [name for name in SPECIMEN_FIELDS if getattr(specimen, name) != ""]
        found = _wrong(specimen, named)
        if row.label in labels:
            found["label"] = _("Another specimen has this label.")
        if row.pieces is None or not 1 <= row.pieces <= COUNT_MAX:
            found["pieces"] = _between()
        labels.add(row.label)
        wrong |= {f"specimen-{row.row}-{name}": sentence for name, sentence in found.items()}
    return wrong


def _wrong(thing: models.Model, names: Sequence[str]) -> dict[str, str]:
    try:
        thing.clean_fields(exclude={one.name for one in thing._meta.fields} - set(names))
    except ValidationError as error:
        return {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
    return {}
