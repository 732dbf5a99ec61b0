"""Reads the rows that a report's snapshot is made of: one statement a table."""

import json
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from lims.documents.reading import RowReader
from lims.models import (
    Asset,
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
from lims.models.reports import ReportImageState

LABORATORY = ("name", "address", "phone", "email", "tax_id", "website", "director", "footer")
SPECIMEN = ("label", "site", "side", "procedure", "pieces")
IMAGE = ("sha256", "width_px", "height_px", "caption", "magnification", "stain")
LOGO = {"sha256": "logo_id", "width_px": "logo__width_px", "height_px": "logo__height_px"}
FIRST_ISSUED = Report.objects.filter(protocol=OuterRef("protocol"), version=1).values("finalized_at")


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


def read(pk: int) -> Report | None:
    """Return the report with all that is one row beside it."""
    return (
        Report.objects.filter(pk=pk)
        .select_related(
            "protocol__veterinarian__user",
            "protocol__histopathology_sample",
            "protocol__cytology_sample",
            "author__staff_member",
            "author__signature",
            "replaces",
        )
        .defer("author__signature__content")
        .annotate(first_issued_at=Subquery(FIRST_ISSUED))
        .first()
    )


def first_issued_at(report: Report) -> datetime | None:
    """Return when version 1 of a report that `read` returned was finalized."""
    return vars(report)["first_issued_at"]


def laboratory() -> dict[str, Any]:
    """Return what the letterhead says."""
    row = LABORATORIES.read(1) or {}
    logo = {name: row.get(source) for name, source in LOGO.items()}
    return {name: row.get(name, "") for name in LABORATORY} | {"logo": logo if logo["sha256"] else None}


def author(pathologist: Pathologist, *, signed: bool) -> dict[str, Any]:
    """Return who signs; a preview does not show the signature."""
    return {
        "name": pathologist.name,
        "licence": pathologist.licence,
        "specialty": pathologist.specialty,
        "position": pathologist.staff_member.position,
        "contact": pathologist.contact,
        "signature": _picture(pathologist.signature) if signed else None,
    }


def sample(protocol: Protocol) -> dict[str, Any]:
    """Return how the sample came; counts are containers of tissue or smears."""
    tissue = getattr(protocol, "histopathology_sample", None)
    cells = getattr(protocol, "cytology_sample", None)
    counts: tuple[int | None, int | None] = (None, None)
    if tissue:
        counts = tissue.containers_declared, tissue.containers_received
    elif cells:
        counts = cells.slides_declared, cells.slides_received
    return {
        "preservation": tissue.preservation if tissue else "",
        "technique": cells.technique if cells else "",
        "declared": counts[0],
        "received": counts[1],
        "condition": protocol.sample_condition,
        "reception_notes": protocol.reception_notes,
        "discrepancies": protocol.discrepancies,
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


def _picture(asset: Asset | None) -> dict[str, Any] | None:
    if asset is None:
        return None
    return {"sha256": asset.sha256, "width_px": asset.width_px, "height_px": asset.height_px}


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
