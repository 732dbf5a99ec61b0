"""Reads the rows that a report's snapshot is made of: one statement a table, asked together."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Length

from lims.documents.paper.reading import RowReader, read_together
from lims.documents.reports.texts import CASSETTE, OBSERVED, cassette, whole
from lims.models import (
    Cassette,
    Laboratory,
    Pathologist,
    Protocol,
    Report,
    ReportCassette,
    ReportDiagnosis,
    ReportImage,
    Slide,
    SlideCassette,
    Specimen,
)
from lims.models.people import full_name
from lims.models.reports import TEXT_FIELDS, ReportImageState
from pdfcache.errors import DocumentGone

LABORATORY = ("name", "address", "phone", "email", "tax_id", "website", "director", "footer")
# Of each, the columns that the paper shows; the others say what a draft still lacks.
SPECIMEN = ("label", "site", "side", "procedure", "pieces")
DIAGNOSIS = ("heading", "diagnosis")
IMAGE = ("sha256", "width_px", "height_px", "caption", "magnification", "stain")
LOGO = {"sha256": "logo_id", "width_px": "logo__width_px", "height_px": "logo__height_px"}
SIGNATURE = {
    "sha256": "signature_id",
    "width_px": "signature__width_px",
    "height_px": "signature__height_px",
}
# What is counted of each kind of sample, declared and received; of both kinds, tissue tells.
COUNTED = {
    "histopathology": ("containers_declared", "containers_received"),
    "cytology": ("slides_declared", "slides_received"),
}
PATIENT = ("animal", "species", "breed", "sex", "neutered", "age", "weight_kg", "chip")
SUBMISSION = (
    *("kind", "number", *PATIENT, "owner_first_names", "owner_last_names", "collected_on", "received_at"),
    *("clinical_history", "presumptive_diagnosis", "sample_condition", "reception_notes", "discrepancies"),
)
VETERINARIAN = (
    *("first_names", "last_names", "licence", "clinic", "address", "phone", "alternative_email"),
    *("user__email", "user__language"),
)
REPORT = ("pk", "protocol_id", "author_id", "replaces_id", "version", "is_preliminary", "amendment_reason")
FIRST_ISSUED = Report.objects.filter(protocol=OuterRef("protocol"), version=1).values("finalized_at")

Row = dict[str, Any]

# Of these there is one row, or none.
ALONE = ("protocol", "author", "laboratory", "replaced")
# Statements of their own, since PostgreSQL takes longer to plan ten tables at once than to read them.
REPORTS = RowReader(lambda pk: _reports(pk).values(*REPORT, *TEXT_FIELDS, "first_issued_at"))
MEASURED = RowReader(
    lambda pk: (
        _reports(pk)
        .annotate(**{_length(name): Length(name) for name in TEXT_FIELDS})
        .values(*REPORT, *map(_length, TEXT_FIELDS), "first_issued_at")
    )
)
FROZEN = RowReader(
    lambda pk: Report.objects.filter(pk=pk).values("version", "finalized_at", "snapshot", *TEXT_FIELDS)
)
PROTOCOLS = RowReader(
    lambda pk: Protocol.objects.filter(pk=pk).values(
        *SUBMISSION,
        *(f"veterinarian__{name}" for name in VETERINARIAN),
        *("histopathology_sample__preservation", "cytology_sample__technique"),
        *(f"{kind}_sample__{name}" for kind, counts in COUNTED.items() for name in ("pk", *counts)),
    )
)
AUTHORS = RowReader(
    lambda pk: Pathologist.objects.filter(pk=pk).values(
        *("licence", "specialty", "contact", "may_sign"),
        *(f"staff_member__{name}" for name in ("first_names", "last_names", "position")),
        *SIGNATURE.values(),
    )
)
LABORATORIES = RowReader(lambda pk: Laboratory.objects.filter(pk=pk).values(*LABORATORY, *LOGO.values()))
SPECIMENS = RowReader(
    lambda protocol: Specimen.objects.filter(protocol=protocol).order_by("pk").values("pk", *SPECIMEN)
)
BLOCKS = RowReader(
    lambda protocol: (
        Cassette.objects.filter(protocol=protocol)
        .order_by("pk")
        .values("pk", "code", "specimen__label", "material")
    )
)
SLIDES = RowReader(
    lambda protocol: Slide.objects.filter(protocol=protocol).order_by("pk").values("pk", "code", "stain")
)
PLACEMENTS = RowReader(
    lambda protocol: (
        SlideCassette.objects.filter(slide__protocol=protocol)
        .order_by("slide_id")
        .values("slide_id", "cassette_id")
    )
)
DIAGNOSES = RowReader(
    lambda report: (
        ReportDiagnosis.objects.filter(report=report)
        .order_by("position")
        .values("pk", "specimen_id", "synoptic", *DIAGNOSIS)
    )
)
CASSETTES = RowReader(lambda report: _cassettes(report).values(*CASSETTE.values(), *OBSERVED))
MEASURED_CASSETTES = RowReader(
    lambda report: (
        _cassettes(report)
        .annotate(**{_length(name): Length(name) for name in OBSERVED})
        .values(*CASSETTE.values(), *map(_length, OBSERVED))
    )
)
IMAGES = RowReader(
    lambda report: (
        ReportImage.objects.filter(report=report).order_by("position", "pk").values("pk", "state", *IMAGE)
    )
)


def read(pk: int) -> Row:
    """Return the report's columns, and under other names the rows around it and its texts.

    A constant number of statements, whatever the report holds. Raises DocumentGone.
    """
    report = REPORTS.read(pk)
    if report is None:
        raise DocumentGone(f"There is no report {pk}; a retry does not help.")
    around = _around(pk, report["protocol_id"], report["author_id"])
    rows = _tidy(read_together(cassettes=(CASSETTES, pk), **around, **_replaced(report["replaces_id"])))
    return report | rows | {"texts": {name: report[name] for name in TEXT_FIELDS}}


def read_without_texts(report: Report) -> Row:
    """Return what `read` does of a report that replaces none, but of its long texts their `lengths` only.

    They may be 200 kB, which freezing leaves where they are. One exchange. The caller holds the report's row.
    """
    asked = _around(report.pk, report.protocol_id, report.author_id)
    rows = read_together(report=(MEASURED, report.pk), cassettes=(MEASURED_CASSETTES, report.pk), **asked)
    (columns,) = rows.pop("report")
    lengths = [columns[_length(name)] for name in TEXT_FIELDS]
    lengths += [row[_length(name)] for row in rows["cassettes"] for name in OBSERVED]
    return columns | _tidy(rows) | {"texts": None, "lengths": lengths}


def read_frozen(pk: int) -> Row:
    """Return a finalized report's snapshot, with the texts that were left in their columns, in one exchange.

    Raises DocumentGone.
    """
    found = read_together(frozen=(FROZEN, pk), cassettes=(CASSETTES, pk))
    shown = found["frozen"] and whole(found["frozen"][0], found["cassettes"])
    if not shown:
        raise DocumentGone(f"There is no finalized report {pk}; a retry does not help.")
    return shown


def _replaced(pk: int | None) -> dict[str, tuple[RowReader, int]]:
    return {"replaced": (FROZEN, pk), "replaced_cassettes": (CASSETTES, pk)} if pk else {}


def _reports(pk: int) -> QuerySet[Report]:
    return Report.objects.filter(pk=pk).annotate(first_issued_at=Subquery(FIRST_ISSUED))


def _cassettes(report: int) -> QuerySet[ReportCassette]:
    return ReportCassette.objects.filter(report=report).order_by("position")


def _length(name: str) -> str:
    return f"{name}_length"


def _around(pk: int, protocol_pk: int, author_pk: int) -> dict[str, tuple[RowReader, int]]:
    return {
        "protocol": (PROTOCOLS, protocol_pk),
        "author": (AUTHORS, author_pk),
        "laboratory": (LABORATORIES, 1),
        "specimens": (SPECIMENS, protocol_pk),
        "blocks": (BLOCKS, protocol_pk),
        "slides": (SLIDES, protocol_pk),
        "placements": (PLACEMENTS, protocol_pk),
        "diagnoses": (DIAGNOSES, pk),
        "images": (IMAGES, pk),
    }


def _tidy(rows: dict[str, list[Row]]) -> Row:
    diagnoses = [row | {"synoptic": json.loads(row["synoptic"])} for row in rows["diagnoses"]]
    alone = {name: next(iter(rows.get(name, [])), None) for name in ALONE}
    return rows | alone | {"diagnoses": diagnoses}


def replaced(report: Row) -> Row | None:
    """Return the version that a report replaces, with its whole snapshot, or None."""
    row = report["replaced"]
    return row and row | {"snapshot": whole(row, report["replaced_cassettes"])}


def laboratory(report: Row) -> dict[str, Any]:
    """Return what the letterhead says."""
    row = report["laboratory"] or {}
    logo = {name: row.get(source) for name, source in LOGO.items()}
    return {name: row.get(name, "") for name in LABORATORY} | {"logo": logo if logo["sha256"] else None}


def author(row: Row, *, signed: bool) -> dict[str, Any]:
    """Return who signs; a preview does not show the signature."""
    signature = {name: row[source] for name, source in SIGNATURE.items()}
    return {
        "name": full_name(row["staff_member__first_names"], row["staff_member__last_names"]),
        "licence": row["licence"],
        "specialty": row["specialty"],
        "position": row["staff_member__position"],
        "contact": row["contact"],
        "signature": signature if signed and signature["sha256"] else None,
    }


def veterinarian(row: Row) -> dict[str, Any]:
    """Return who sent the sample, from its protocol's row."""
    return {
        "name": full_name(row["veterinarian__first_names"], row["veterinarian__last_names"]),
        "licence": row["veterinarian__licence"],
        "clinic": row["veterinarian__clinic"],
        "address": row["veterinarian__address"],
        "phone": row["veterinarian__phone"],
        "email": row["veterinarian__alternative_email"] or row["veterinarian__user__email"],
    }


def sample(row: Row) -> dict[str, Any]:
    """Return how the sample came, from its protocol's row; counts are containers of tissue or smears."""
    kind = next((kind for kind in COUNTED if row[f"{kind}_sample__pk"]), None)
    declared, received = (row[f"{kind}_sample__{each}"] for each in COUNTED[kind]) if kind else (None, None)
    return {
        "preservation": row["histopathology_sample__preservation"] or "",
        "technique": row["cytology_sample__technique"] or "",
        "declared": declared,
        "received": received,
        "condition": row["sample_condition"],
        "reception_notes": row["reception_notes"],
        "discrepancies": row["discrepancies"],
    }


def bench(report: Row) -> dict[str, Any]:
    """Return specimens, blocks with their slides, and the slides that show no block."""
    slides = {row["pk"]: {"code": row["code"], "stain": row["stain"]} for row in report["slides"]}
    shown: dict[int, list[dict[str, str]]] = {}
    without_block = dict(slides)
    for placement in report["placements"]:
        shown.setdefault(placement["cassette_id"], []).append(slides[placement["slide_id"]])
        without_block.pop(placement["slide_id"], None)
    return {
        "specimens": [_shown(row, SPECIMEN) for row in report["specimens"]],
        "blocks": [_block(row, shown.get(row["pk"], [])) for row in report["blocks"]],
        "slides": list(without_block.values()),
    }


def findings(report: Row) -> dict[str, Any]:
    """Return diagnoses and the images that are ready."""
    ready = [row for row in report["images"] if row["state"] == ReportImageState.READY]
    return {
        "diagnoses": [_shown(row, (*DIAGNOSIS, "synoptic")) for row in report["diagnoses"]],
        "images": [_shown(row, IMAGE) for row in ready],
    }


def texts(report: Row) -> dict[str, Any]:
    """Return the long texts and the observations of each block, unless only their lengths were read."""
    shown = {"cassettes": [cassette(row) for row in report["cassettes"]]}
    return shown if report["texts"] is None else shown | {"texts": report["texts"]}


def _shown(row: Row, columns: Sequence[str]) -> Row:
    return {name: row[name] for name in columns}


def _block(row: dict[str, Any], slides: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "specimen": row["specimen__label"] or "",
        "material": row["material"],
        "slides": slides,
    }
