"""Drawing and archiving a report, and what a process keeps of it, in processor time.

The realistic report has 8 paragraphs of 120 words, 4 micrographs as they are kept after an upload of
1600 x 1200 pixels, a signature and a code; others are shorter or longer. Floors: the file around it (the
same pictures, no text), a file opened and saved, the realistic report in proportion.
"""

import hashlib
import io
import random
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import pdfa
from PIL import Image

from bench.rendering import MEMORY_RENDERS
from bench.table import Row
from lims.documents.paper import qr
from lims.documents.paper.drawing import Frame, draw
from lims.documents.paper.labels import words
from lims.documents.paper.layout import Block
from lims.documents.paper.pdfa import FLAVOUR
from lims.documents.reports import document
from lims.documents.reports.figures import figures
from lims.services.kit import images
from tests.lims.documents.reports import snapshots

ARCHIVED_FOR_MEMORY = 300
PARAGRAPH_WORDS = 120
REALISTIC = (8, 4)
# Paragraphs and micrographs of reports of about 2, 4, 15 and 40 pages.
SIZES = ((1, 1), REALISTIC, (64, 4), (186, 4))

Paper = tuple[dict[str, Any], dict[str, bytes]]


def rows() -> list[Row]:
    """Measure reports of each size; every render draws a code of its own, as reports do."""
    papers = {size: report(*size) for size in SIZES}
    named = {f"report, {pages_of(paper)} pages": paper for paper in papers.values()}
    realistic = papers[REALISTIC]
    return [*renders(named, realistic), *archivals(named), *memory(realistic)]


def renders(papers: Mapping[str, Paper], realistic: Paper) -> list[Row]:
    """Measure the realistic report against the file around it, and the others against it."""
    around = p50_ms(lambda: _around(*realistic), 60)
    usual = p50_ms(lambda: _drawn(*realistic), 60)
    pages = pages_of(realistic)
    shown = [Row(f"report, {pages} pages, render p50", usual, "ms", "the file around it", around, 16.0)]
    for name, paper in papers.items():
        if paper is not realistic:
            taken = p50_ms(lambda paper=paper: _drawn(*paper), 30)
            floor = usual / pages * pages_of(paper)
            shown.append(Row(f"{name}, render p50", taken, "ms", "in proportion", floor, 1.25))
    size, pictures = len(_drawn(*realistic)), sum(map(len, realistic[1].values()))
    shown.append(Row(f"report, {pages} pages, size", size / 1024, "KiB", "pictures", pictures / 1024, 1.5))
    return shown


def archivals(papers: Mapping[str, Paper]) -> list[Row]:
    """Measure what PDF/A costs on top: its conversion, and the validation of what was written."""
    shown = []
    for name, (snapshot, assets) in papers.items():
        pdf = document.render(snapshot, assets)
        kept = document.archival(pdf, snapshot)
        saved = p50_ms(lambda pdf=pdf: _saved(pdf), 15)
        whole = p50_ms(lambda pdf=pdf, snapshot=snapshot: document.archival(pdf, snapshot), 15)
        valid = p50_ms(lambda kept=kept: pdfa.validate_written(io.BytesIO(kept), FLAVOUR), 15)
        shown.append(Row(f"{name}, PDF/A validation", valid, "ms", "open and save", saved, 25.0))
        shown.append(Row(f"{name}, PDF/A in all", whole, "ms", "its validation", valid, 1.5))
    return shown


def memory(paper: Paper) -> list[Row]:
    """Measure how the memory of this process grows over many renders, and over many archivals."""
    snapshot, assets = paper
    return [
        _grown("renders of reports", MEMORY_RENDERS, lambda: _drawn(snapshot, assets)),
        _grown(
            "reports archived",
            ARCHIVED_FOR_MEMORY,
            lambda: document.archival(_drawn(snapshot, assets), snapshot),
        ),
    ]


def report(paragraphs: int, micrographs: int) -> Paper:
    """A report with so many paragraphs; beyond 8 they are said of blocks."""
    shown, assets = snapshots.with_images(0)
    written = [_paragraph(number) for number in range(paragraphs)]
    texts = {"macroscopic": written[:1], "microscopic": written[1:6], "comments": written[6:8]}
    shown["texts"] = dict.fromkeys(snapshots.TEXTS, "") | {
        name: "\n".join(each) for name, each in texts.items()
    }
    blocks = enumerate(range(8, paragraphs, 8), 1)
    shown["cassettes"] = [_block(number, written[start : start + 8]) for number, start in blocks]
    for number in range(micrographs):
        picture = images.micrograph(_micrograph(number))
        sha256 = hashlib.sha256(picture.content).hexdigest()
        assets[sha256] = picture.content
        size = {"width_px": picture.width_px, "height_px": picture.height_px}
        said = {"caption": f"Mastocitos, campo {number}", "magnification": "40x", "stain": "H&E"}
        shown["images"].append({"sha256": sha256} | size | said)
    return shown, assets


def pages_of(paper: Paper) -> int:
    return document.pages(document.render(*paper))


def p50_ms(act: Callable[[], object], times: int) -> float:
    """The median in processor time: nothing here waits, and neighbours do not count."""
    seconds = []
    for _ in range(times):
        start_s = time.thread_time()
        act()
        seconds.append(time.thread_time() - start_s)
    return statistics.median(seconds) * 1000


def _micrograph(seed: int) -> bytes:
    """Something with about as much detail as stained tissue."""
    tissue = Image.open(io.BytesIO(snapshots.micrograph(seed, 1600, 1200)))
    grain = Image.frombytes("L", (800, 600), random.Random(seed).randbytes(480_000)).resize(tissue.size)
    buffer = io.BytesIO()
    Image.blend(tissue, grain.convert("RGB"), 0.2).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _paragraph(seed: int) -> str:
    """120 words of the field, in an order of their own."""
    return " ".join(random.Random(seed).choices(snapshots.LONG.split(), k=PARAGRAPH_WORDS))


def _block(number: int, written: list[str]) -> dict[str, str]:
    said = {"observation": "\n".join(written), "partial_diagnosis": ""}
    return {"code": f"HP 26/123-C{number}", "material": "Piel"} | said


def _drawn(snapshot: dict[str, Any], assets: Mapping[str, bytes]) -> bytes:
    qr._rows.cache_clear()
    return document.render(snapshot, assets)


def _around(snapshot: dict[str, Any], assets: Mapping[str, bytes]) -> bytes:
    pictures = figures(snapshot["images"], words(snapshot["language"]))
    frame = Frame(language="es", title="", author="", identity="", page_words="{page}{pages}")
    return draw(frame, [*pictures, Block(400)], assets)


def _saved(pdf: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(buffer)
    return buffer.getvalue()


def _grown(what: str, times: int, act: Callable[[], object]) -> Row:
    for _ in range(times // 10):
        act()
    before = _resident_mib()
    for _ in range(times):
        act()
    return Row(f"memory after {times} {what}", _resident_mib(), "MiB", f"after {times // 10}", before, 1.05)


def _resident_mib() -> float:
    """What the process holds now: preparing the micrographs took more than any render does."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
