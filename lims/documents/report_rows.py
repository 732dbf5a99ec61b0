"""Reads the rows that a report's snapshot is made of: one statement a table."""

import json
from typing import Any

from django.db.models import OuterRef, Subquery

from lims.documents.reading import RowReader
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

LABORATORY = ("name", "address", "phone", "email", "tax_id", "website", "director", "footer")
SPECIMEN = ("label", "site", "side", "procedure", "pieces")
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
FIRST_ISSUED = Report.objects.filter(protocol=OuterRef("protocol"), version=1).values("finalized_at")

Row = dict[str, Any]

# Three statements, since PostgreSQL takes longer to plan ten tables at once than to read them.
REPORTS = RowReader(
    lambda pk: Report.objects.filter(pk=pk).values(
        *("pk", "protocol_id", "author_id", "replaces_id", "version", "is_preliminary", "amendment_reason"),
        *TEXT_FIELDS,
        first_issued_at=Subquery(FIRST_ISSUED),
    )
)
REPLACED = RowReader(lambda pk: Report.objects.filter(pk=pk).values("version", "finalized_at", "snapshot"))
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
        *("licence", "specialty", "contact"),
        *(f"staff_member__{name}" for name in ("first_names", "last_names", "position")),
        *SIGNATURE.values(),
    )
)
LABORATORIES = RowReader(lambda pk: Laboratory.objects.filter(pk=pk).values(*LABORATORY, *LOGO.values()))
SPECIMENS = RowReader(
    lambda protocol: Specimen.objects.filter(protocol=protocol).order_by("pk").values(*SPECIMEN)
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
        .values("heading", "diagnosis", "synoptic")
    )
)
CASSETTES = RowReader(
    lambda report: (
        ReportCassette.objects.filter(report=report)
        .order_by("position")
        .values("cassette__code", "cassette__material", "observation", "partial_diagnosis")
    )
)
IMAGES = RowReader(
    lambda report: (
        ReportImage.objects.filter(report=report, state=ReportImageState.READY)
        .order_by("position", "pk")
        .values(*IMAGE)
    )
)


def read(pk: int) -> Row | None:
    """Return the report with its protocol, its author and the version that it replaces, or None."""
    report = REPORTS.read(pk)
    if report is None:
        return None
    replaced = REPLACED.read(report["replaces_id"]) if report["replaces_id"] else None
    return report | {
        "protocol": PROTOCOLS.read(report["protocol_id"]),
        "author": AUTHORS.read(report["author_id"]),
        "replaced": replaced and replaced | {"snapshot": json.loads(replaced["snapshot"] or "null")},
    }


def laboratory() -> dict[str, Any]:
    """Return what the letterhead says."""
    row = LABORATORIES.read(1) or {}
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


def bench(protocol_pk: int) -> dict[str, Any]:
    """Return specimens, blocks with their slides, and the slides that show no block."""
    slides = {row.pop("pk"): row for row in SLIDES.read_all(protocol_pk)}
    shown: dict[int, list[dict[str, str]]] = {}
    without_block = dict(slides)
    for placement in PLACEMENTS.read_all(protocol_pk):
        shown.setdefault(placement["cassette_id"], []).append(slides[placement["slide_id"]])
        without_block.pop(placement["slide_id"], None)
    return {
        "specimens": SPECIMENS.read_all(protocol_pk),
        "blocks": [_block(row, shown.get(row["pk"], [])) for row in BLOCKS.read_all(protocol_pk)],
        "slides": list(without_block.values()),
    }


def findings(report_pk: int) -> dict[str, Any]:
    """Return diagnoses, what is said of each block, and the images that are ready."""
    return {
        "diagnoses": [
            row | {"synoptic": json.loads(row["synoptic"])} for row in DIAGNOSES.read_all(report_pk)
        ],
        "cassettes": [_cassette(row) for row in CASSETTES.read_all(report_pk)],
        "images": IMAGES.read_all(report_pk),
    }


def _block(row: dict[str, Any], slides: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "specimen": row["specimen__label"] or "",
        "material": row["material"],
        "slides": slides,
    }


def _cassette(row: dict[str, str]) -> dict[str, str]:
    return {
        "code": row["cassette__code"],
        "material": row["cassette__material"],
        "observation": row["observation"],
        "partial_diagnosis": row["partial_diagnosis"],
    }
