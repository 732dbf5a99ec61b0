"""Reads the rows that a report's snapshot is made of: one statement a table."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery

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
    Specimen,
)
from lims.models.reports import ReportImageState

LABORATORY = ("name", "address", "phone", "email", "tax_id", "website", "director", "footer")
SPECIMEN = ("label", "site", "side", "procedure", "pieces")
IMAGE = ("sha256", "width_px", "height_px", "caption", "magnification", "stain")
FIRST_ISSUED = Report.objects.filter(protocol=OuterRef("protocol"), version=1).values("finalized_at")


def read(pk: int) -> Report | None:
    """Return the report with all that is one row beside it, and `first_issued_at`."""
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


def laboratory() -> dict[str, Any]:
    """Return what the letterhead says."""
    row = Laboratory.objects.select_related("logo").defer("logo__content").filter(pk=1).first()
    texts = {name: getattr(row, name, "") for name in LABORATORY}
    return texts | {"logo": _picture(row.logo if row else None)}


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
    slides = Slide.objects.filter(protocol=protocol_pk).order_by("pk")
    blocks = (
        Cassette.objects.filter(protocol=protocol_pk)
        .select_related("specimen")
        .prefetch_related(Prefetch("slides", slides))
        .order_by("pk")
    )
    specimens = Specimen.objects.filter(protocol=protocol_pk).order_by("pk").values(*SPECIMEN)
    return {
        "specimens": list(specimens),
        "blocks": [_block(block) for block in blocks],
        "slides": _slides(slides.filter(cassettes=None)),
    }


def findings(report_pk: int) -> dict[str, Any]:
    """Return diagnoses, what is said of each block, and the images that are ready."""
    own = {"report": report_pk}
    diagnoses = ReportDiagnosis.objects.filter(**own).order_by("position")
    cassettes = ReportCassette.objects.filter(**own).select_related("cassette").order_by("position")
    images = ReportImage.objects.filter(**own, state=ReportImageState.READY).order_by("position", "pk")
    return {
        "diagnoses": list(diagnoses.values("heading", "diagnosis", "synoptic")),
        "cassettes": [_cassette(each) for each in cassettes],
        "images": list(images.values(*IMAGE)),
    }


def _picture(asset: Asset | None) -> dict[str, Any] | None:
    if asset is None:
        return None
    return {"sha256": asset.sha256, "width_px": asset.width_px, "height_px": asset.height_px}


def _block(block: Cassette) -> dict[str, Any]:
    return {
        "code": block.code,
        "specimen": block.specimen.label if block.specimen else "",
        "material": block.material,
        "slides": _slides(block.slides.all()),
    }


def _slides(slides: Iterable[Slide]) -> list[dict[str, str]]:
    return [{"code": slide.code, "stain": slide.stain} for slide in slides]


def _cassette(row: ReportCassette) -> dict[str, str]:
    return {
        "code": row.cassette.code,
        "material": row.cassette.material,
        "observation": row.observation,
        "partial_diagnosis": row.partial_diagnosis,
    }
