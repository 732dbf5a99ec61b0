"""The label sheet as a document type: which labels it has; how one is drawn stands in `label_paper`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet, Subquery

from lims.documents.labels.drawing import render
from lims.documents.paper.fonts import prepare
from lims.documents.paper.labels import words
from lims.documents.paper.reading import RowReader
from lims.models import Cassette, LabelSheet, Laboratory, Protocol, Slide
from pdfcache.errors import DocumentGone
from pdfcache.registry import DocumentType, register

KIND = "label-sheet"

Snapshot = dict[str, Any]
Labels = list[dict[str, str]]

SHEETS = RowReader(
    lambda pk: LabelSheet.objects.filter(pk=pk).values(
        "protocol_ids",
        "cassette_ids",
        "slide_ids",
        "made_by__language",
        laboratory=Subquery(Laboratory.objects.filter(pk=1).values("name")),
    )
)


def snapshot(pk: int) -> Snapshot:
    """Return the labels of a sheet with what they say now; what was removed meanwhile has none.

    Raises DocumentGone if there is no such sheet, or nothing of it is left. Four statements for any number.
    """
    sheet = SHEETS.read(pk)
    labels = _labels(sheet) if sheet else []
    if sheet is None or not labels:
        raise DocumentGone(f"There is no label sheet {pk}; no retry helps.")
    return {"language": sheet["made_by__language"], "laboratory": sheet["laboratory"] or "", "labels": labels}


def assets(shown: Snapshot) -> Mapping[str, bytes]:
    """Return nothing: labels have no images."""
    return {}


def filename(shown: Snapshot) -> str:
    """Return the name under which a browser saves the PDF."""
    first = re.sub(r"[^A-Za-z0-9]+", "-", shown["labels"][0]["code"]).strip("-")
    return f"{words(shown['language'])['labels'].lower()}-{first}.pdf"


def pks() -> Iterable[int]:
    """Return all sheets; one of which nothing is left is gone by the time it is drawn."""
    return LabelSheet.objects.values_list("pk", flat=True).iterator()


def _labels(sheet: dict[str, Any]) -> Labels:
    protocols = _rows(Protocol.objects.all(), sheet["protocol_ids"], "number", "temporary_code")
    cassettes = _rows(Cassette.objects.all(), sheet["cassette_ids"], "code", of="protocol__")
    slides = _rows(Slide.objects.all(), sheet["slide_ids"], "code", "stain", of="protocol__")
    return [
        *(_label(number or code, animal, species) for number, code, animal, species in protocols),
        *(_label(code, animal, species) for code, animal, species in cassettes),
        *(_label(code, animal, species, stain) for code, stain, animal, species in slides),
    ]


def _rows(things: QuerySet, pks: Sequence[int], *columns: str, of: str = "") -> list[tuple]:
    """Return these columns, the animal and the species of the things that are there, in the order of pks."""
    rows = things.filter(pk__in=pks).order_by().values_list("pk", *columns, f"{of}animal", f"{of}species")
    found = {pk: values for pk, *values in rows}
    return [tuple(found[pk]) for pk in pks if pk in found]


def _label(code: str, animal: str, species: str, stain: str = "") -> dict[str, str]:
    return {"code": code, "animal": animal, "species": species, "stain": stain}


register(
    DocumentType(
        kind=KIND,
        template_version=2,
        snapshot=snapshot,
        assets=assets,
        render=render,
        filename=filename,
        pks=pks,
        prepare=prepare,
    )
)
