"""What an author sends of a draft: checked, and made one spelling of the same content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import ReportCassette, ReportDiagnosis
from lims.models.reports import TEXT_FIELDS, TEXT_MAX
from lims.services.kit.texts import max_length, normalize, too_long

SYNOPTIC_COLUMNS = ("element", "answer")
SYNOPTIC_ROWS_MAX = 60
SYNOPTIC_CELL_MAX = 500


@dataclass(frozen=True)
class Content:
    """A draft as its author has it on the screen. Texts and rows that are left out stay as they are."""

    texts: Mapping[str, str] = field(default_factory=dict)
    is_preliminary: bool = False
    # (id, diagnosis, [{"element": ..., "answer": ...}])
    diagnoses: Sequence[tuple[int, str, list[Any]]] = ()
    # (id, observation, partial diagnosis)
    cassettes: Sequence[tuple[int, str, str]] = ()


def cleaned(content: Content) -> Content:
    """Return the content as it is stored; raise Incomplete with the fields that are too long or wrong."""
    if unknown := set(content.texts) - set(TEXT_FIELDS):
        raise TypeError(f"no texts of a report: {', '.join(sorted(unknown))}")
    wrong: dict[str, str] = {}
    clean = Content(
        {name: normalize(text) for name, text in content.texts.items()},
        content.is_preliminary,
        [(pk, normalize(text), _synoptic(pk, rows, wrong)) for pk, text, rows in content.diagnoses],
        [(pk, normalize(observation), normalize(partial)) for pk, observation, partial in content.cassettes],
    )
    wrong |= too_long(_limited(clean))
    if wrong:
        raise Incomplete(_("Something in the draft is wrong, so it was not saved."), wrong)
    return clean


def _limited(content: Content) -> dict[str, tuple[str, int]]:
    limits: dict[str, tuple[str, int]] = {name: (text, TEXT_MAX) for name, text in content.texts.items()}
    for pk, diagnosis, __ in content.diagnoses:
        limits[f"diagnosis-{pk}"] = diagnosis, max_length(ReportDiagnosis, "diagnosis")
    for pk, observation, partial in content.cassettes:
        limits[f"observation-{pk}"] = observation, max_length(ReportCassette, "observation")
        limits[f"partial_diagnosis-{pk}"] = partial, max_length(ReportCassette, "partial_diagnosis")
    return limits


def _synoptic(pk: int, rows: list[Any], wrong: dict[str, str]) -> list[dict[str, str]]:
    """Return a synoptic table without its empty rows, and note in `wrong` what is not one.

    A row that lacks its answer stays: somebody is typing it. Finalizing asks for it.
    """
    try:
        table = [{name: normalize(row.get(name, "")).strip() for name in SYNOPTIC_COLUMNS} for row in rows]
    except (AttributeError, TypeError):
        wrong[f"synoptic-{pk}"] = _("This is no synoptic table.")
        return []
    table = [row for row in table if any(row.values())]
    if len(table) > SYNOPTIC_ROWS_MAX:
        wrong[f"synoptic-{pk}"] = _("A table has at most %(max)s rows.") % {"max": SYNOPTIC_ROWS_MAX}
    if any(len(text) > SYNOPTIC_CELL_MAX for row in table for text in row.values()):
        wrong[f"synoptic-{pk}"] = _("A cell has at most %(max)s characters.") % {"max": SYNOPTIC_CELL_MAX}
    return table
