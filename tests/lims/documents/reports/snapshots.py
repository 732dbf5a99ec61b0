"""Snapshots of reports to draw, and what a reader gets out of each page."""

import functools
import hashlib
import io
import random
from typing import Any

from PIL import Image, ImageDraw

from lims.documents.reports import document
from lims.documents.reports.drawing import render
from tests.lims.documents.papers import copy_out, laboratory, squeezed

LONG = (
    "La dermis está infiltrada por mastocitos redondos bien diferenciados, dispuestos en cordones y láminas, "
    "con citoplasma abundante y granulación metacromática. La anisocitosis es leve. Se cuentan 2 mitosis en "
    "2,37 mm² (<5/10 HPF); no se ven células multinucleadas ni cariomegalia.\n\n"
)
TEXTS = {
    "macroscopic": "A: losange de piel de 60 x 35 mm.\nB: dos fragmentos.",
    "microscopic": LONG + "En el linfonódulo hay hiperplasia folicular.",
    "comments": "El grado bajo se asocia con una supervivencia prolongada.",
    "recommendations": "Control clínico cada 3 meses.",
    "methods": "Formol 10 %, parafina, cortes de 4 µm. Grado según Kiupel (2011).",
    "external_results": "PCR c-kit (Laboratorio Genética, informe 4412): sin duplicación.",
    "pending_tests": "Inmunohistoquímica de KIT: solicitada.",
    "critical_result": "Se avisó a B. Giménez por teléfono, 24 nov 2026, 10:15.",
}
FINDINGS = ("macroscopic", "microscopic")


def report(**changes: Any) -> dict[str, Any]:
    """An issued report of two specimens with every field and no image; `changes` replace its top values."""
    return {
        "language": "es",
        "mark": None,
        "kind": "histopathology",
        "number": "HP 26/123",
        "version": 1,
        "is_preliminary": False,
        "finalized_at": "2026-11-24T10:31:07-03:00",
        "first_issued_at": None,
        "laboratory": laboratory(director="Dra. Elena Funes"),
        "patient": patient(),
        "owner": {"name": "Marta García Iturbe", "surname": "García Iturbe"},
        "veterinarian": veterinarian(),
        "collected_on": "2026-11-17",
        "received_at": "2026-11-18T09:20:00-03:00",
        "sample": sample(),
        "specimens": [
            specimen("A", "Piel, flanco", "left", "Biopsia escisional", 1),
            specimen("B", "Linfonódulo inguinal", "", "Linfadenectomía", 2),
        ],
        "clinical_history": "Masa de 3 meses, de crecimiento lento.\n¿Es un mastocitoma?",
        "presumptive_diagnosis": "Tumor de células redondas.",
        "diagnoses": diagnoses(),
        "cassettes": cassettes(),
        "blocks": [
            block("HP 26/123-C1", "A", ("HP 26/123-S1", "H&E"), ("HP 26/123-S2", "Azul de toluidina")),
            block("HP 26/123-C2", "B", ("HP 26/123-S3", "PAS")),
        ],
        "slides": [{"code": "HP 26/123-S9", "stain": "Giemsa"}],
        "texts": dict(TEXTS),
        "images": [],
        "author": author(),
        "amendment": None,
        "verification": {
            "url": "https://patologia.lab.test/verify/0123456789abcdef0123456789abcdef/",
            "address": "https://patologia.lab.test/verify/",
            "code": "K7QM2XW9PB4T",
        },
    } | changes


def veterinarian() -> dict[str, Any]:
    """Who sent the sample."""
    return {
        "name": "Bruno Giménez",
        "licence": "M. P. 8421",
        "clinic": "Clínica Los Tilos",
        "address": "Calle 60 N.º 1180, La Plata",
        "phone": "0221 555-0101",
        "email": "vet@lab.test",
    }


def sample() -> dict[str, Any]:
    """How the sample came."""
    return {
        "preservation": "Formol 10 %",
        "technique": "",
        "declared": 2,
        "received": 1,
        "condition": "acceptable",
        "reception_notes": "Envase sin rótulo.",
        "discrepancies": "Falta un envase.",
    }


def diagnoses() -> list[dict[str, Any]]:
    """One for each specimen, with a table."""
    return [
        {
            "heading": "A: Piel, flanco",
            "diagnosis": "Mastocitoma cutáneo, grado bajo",
            "synoptic": [
                {"element": "Mitosis", "answer": "2 en 2,37 mm²"},
                {"element": "Margen profundo", "answer": "4 mm"},
            ],
        },
        {
            "heading": "B: Linfonódulo inguinal",
            "diagnosis": "Sin metástasis",
            "synoptic": [{"element": "Estadio", "answer": "HN0"}],
        },
    ]


def cassettes() -> list[dict[str, Any]]:
    """What is said of one block."""
    return [
        {
            "code": "HP 26/123-C1",
            "material": "Masa central",
            "observation": "Tumor a 4 mm del margen.",
            "partial_diagnosis": "Neoplasia redonda",
        }
    ]


def author() -> dict[str, Any]:
    """Who signs, without the image of a signature."""
    return {
        "name": "Paula Rivas",
        "licence": "M. P. 2001",
        "specialty": "Anatomía patológica veterinaria",
        "position": "Jefa de histopatología",
        "contact": "p.rivas@lab.test",
        "signature": None,
    }


def patient(**changes: Any) -> dict[str, Any]:
    """The animal."""
    return {
        "animal": "Ñata",
        "species": "Canino",
        "breed": "Bóxer",
        "sex": "female",
        "neutered": True,
        "age": "8 años",
        "weight_kg": "27.50",
        "chip": "982000123456789",
    } | changes


def specimen(label: str, site: str, side: str, procedure: str, pieces: int) -> dict[str, Any]:
    return {"label": label, "site": site, "side": side, "procedure": procedure, "pieces": pieces}


def block(code: str, of_specimen: str, *slides: tuple[str, str]) -> dict[str, Any]:
    return {
        "code": code,
        "specimen": of_specimen,
        "material": "Piel",
        "slides": [{"code": slide, "stain": stain} for slide, stain in slides],
    }


def amended(**changes: Any) -> dict[str, Any]:
    """Version 2 of the report."""
    reason = {
        "version": 1,
        "issued_at": "2026-11-24T10:31:07-03:00",
        "reason": "Recuento de mitosis en cortes más profundos.",
        "changes": [
            {"label": "Diagnóstico, A", "old": "grado alto", "new": "grado bajo"},
            {"label": "Comentarios", "old": "", "new": "Ninguno nuevo"},
        ],
    }
    dated = {"finalized_at": "2026-12-01T08:05:00-03:00", "first_issued_at": "2026-11-24T10:31:07-03:00"}
    return report(version=2, amendment=reason, **dated) | changes


def preview(**changes: Any) -> dict[str, Any]:
    """The report before it is finalized."""
    return report(mark="draft", finalized_at=None, verification=None) | changes


def bare(**changes: Any) -> dict[str, Any]:
    """The least that a report can say: one page."""
    empty = dict.fromkeys(TEXTS, "")
    only = {"heading": "A", "diagnosis": "Lipoma", "synoptic": []}
    sections = {"specimens": [], "cassettes": [], "blocks": [], "slides": [], "diagnoses": [only]}
    return report(texts=empty, clinical_history="", presumptive_diagnosis="", **sections) | changes


def long(characters: int) -> dict[str, Any]:
    """A report whose texts have so many characters together, in all fields and in more and more blocks."""
    shown = report()
    room = 9_900
    for name in (*TEXTS, *range(1, 60)):
        text = (LONG * 60)[: min(room, max(characters, 0))]
        characters -= room
        if isinstance(name, str):
            shown["texts"][name] = text or TEXTS[name]
        elif text:
            code = f"HP 26/123-C{name}"
            shown["cassettes"].append(
                {"code": code, "material": "Piel", "observation": text, "partial_diagnosis": ""}
            )
    return shown


def with_images(count: int, **changes: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A report with logo, signature and so many micrographs, and their bytes."""
    shown, assets = report(**changes), {}
    for place, part in ((shown["laboratory"], "logo"), (shown["author"], "signature")):
        place[part] = _kept(transparent(part), 300, 100, assets)
    for number in range(count):
        size = (330, 248) if number % 5 != 3 else (200, 260)
        kept = _kept(micrograph(number, *size), *size, assets)
        said = {"caption": f"Figura número {number}", "magnification": "40x", "stain": "H&E"}
        shown["images"].append(kept | said)
    return shown, assets


@functools.cache
def micrograph(seed: int, width_px: int, height_px: int, mode: str = "RGB") -> bytes:
    """Something that looks like stained tissue, as JPEG."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (width_px, height_px), (236, 205, 222))
    pen = ImageDraw.Draw(picture)
    for _ in range(200):
        x, y, r = rng.randrange(width_px), rng.randrange(height_px), rng.randrange(2, 8)
        pen.ellipse([x - r, y - r, x + r, y + r], fill=(rng.randrange(90, 150), 80, 150))
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@functools.cache
def transparent(word: str) -> bytes:
    """A PNG with transparency, as logos and signatures are."""
    picture = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line(
        [(10, 80), (90, 20), (150, 90), (280, 10)], fill=(20, 20, len(word), 255), width=5
    )
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def pages(snapshot: dict[str, Any], assets: dict[str, bytes] | None = None) -> list[str]:
    """The text of each page, laid out as it is printed."""
    return copy_out(render(snapshot, assets or {}), "-layout").split("\f")[:-1]


def said(snapshot: dict[str, Any], assets: dict[str, bytes] | None = None) -> str:
    """All text of the report in reading order, without white space and without what frames each page."""
    raw = copy_out(render(snapshot, assets or {}), "-raw").split("\f")[:-1]
    return "".join(_body(squeezed(page), snapshot) for page in raw)


def archived(snapshot: dict[str, Any], assets: dict[str, bytes] | None = None) -> bytes:
    """The report's PDF/A."""
    return document.archival(render(snapshot, assets or {}), snapshot)


def _kept(content: bytes, width_px: int, height_px: int, assets: dict[str, bytes]) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    assets[digest] = content
    return {"sha256": digest, "width_px": width_px, "height_px": height_px}


def _body(page: str, snapshot: dict[str, Any]) -> str:
    """A page between its running head and its footer, of a report that keeps the usual ones."""
    head = squeezed("Laboratorio de Patología HP 26/123 · versión 1")
    start = page.rfind(squeezed("HP 26/123 · versión 1 ·"))
    return page[:start].removeprefix(head)
