"""How a report falls onto pages, from 1 to 40 of them and with up to 60 images."""

import re
import subprocess

import pikepdf
import pytest

from lims.documents.paper.typesetting import BODY
from lims.documents.reports.drawing import render
from tests.lims.documents.papers import opened, squeezed
from tests.lims.documents.reports.snapshots import (
    TEXTS,
    amended,
    bare,
    block,
    long,
    pages,
    report,
    said,
    with_images,
)

MARGIN_PT = 15 / 25.4 * 72
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
HEADINGS = ("Comentarios", "Recomendaciones", "Muestras", "Imágenes", "Bloques y")


@pytest.mark.parametrize(
    ("snapshot", "least", "most"), [(bare(), 1, 1), (long(50_000), 13, 17), (long(140_000), 37, 43)]
)
def test_short_and_long_reports_print_whole(snapshot, least, most):
    shown = pages(snapshot)
    assert least <= len(shown) <= most
    text = said(snapshot)
    for each in (*snapshot["texts"].values(), *(c["observation"] for c in snapshot["cassettes"])):
        assert squeezed(each) in text


@pytest.mark.parametrize("count", [0, 1, 2, 7, 60])
def test_every_image_prints_once_with_its_caption_on_its_page(count):
    snapshot, assets = with_images(count)
    shown = pages(snapshot, assets)
    document = opened(render(snapshot, assets))
    drawn = [images_of(page) for page in document.pages]
    for number in range(1, count + 1):
        (page,) = [n for n, text in enumerate(shown) if re.search(rf"Fig\. {number}\b", text)]
        assert "image." + snapshot["images"][number - 1]["sha256"] in drawn[page]
    assert sum(map(len, drawn)) == count + 2  # and logo and signature
    assert ("Imágenes" in "".join(shown)) == bool(count)


def images_of(page: pikepdf.Page) -> list[str]:
    """The names of the images that a page draws; ReportLab's own prefix cut."""
    steps = pikepdf.parse_content_stream(page)
    return [
        str(step.operands[0]).split("FormXob.")[-1].replace("/", "")
        for step in steps
        if str(step.operator) == "Do"
    ]


def test_images_keep_their_shape_in_two_columns_and_never_touch_the_margins():
    snapshot, assets = with_images(7)
    for page in opened(render(snapshot, assets)).pages:
        for x, y, width, height in boxes_of(page):
            assert x >= MARGIN_PT
            assert x + width <= 595.3 - MARGIN_PT
            assert y >= MARGIN_PT
            assert y + height <= 841.9 - MARGIN_PT
            assert width / height == pytest.approx(330 / 248, rel=0.01) or width / height in (
                pytest.approx(200 / 260, rel=0.01),
                pytest.approx(3, rel=0.01),
            )


def boxes_of(page: pikepdf.Page) -> list[tuple[float, ...]]:
    """Where a page draws images: left, bottom, width, height."""
    matrices = [step.operands for step in pikepdf.parse_content_stream(page) if str(step.operator) == "cm"]
    placed = [tuple(map(float, matrix)) for matrix in matrices]
    return [(x, y, width, height) for width, _, _, height, x, y in placed if width > 1 and height > 1]


@pytest.mark.parametrize("extra", range(0, 2_700, 90))
def test_signature_stays_with_what_precedes_it_and_with_the_end(extra):
    text = ("palabra " * 400)[:extra].strip()
    texts = dict.fromkeys(TEXTS, "") | {
        "comments": "inicio\n" + text,
        "recommendations": "penúltima\núltima.",
    }
    shown = pages(bare(texts=texts))
    (page,) = [text for text in shown if "Firmado el" in text]
    for part in ("última.", "Paula Rivas", "/verify/", "Fin del informe"):
        assert part in page


@pytest.mark.parametrize("count", range(1, 14))
def test_signature_stays_with_the_last_images(count):
    snapshot, assets = with_images(count, blocks=[], slides=[])
    shown = pages(snapshot, assets)
    assert f"Fig. {count}" in shown[-1]
    assert "Firmado el" in shown[-1]


@pytest.mark.parametrize("count", range(1, 14))
def test_signature_stays_with_the_last_slides_and_lets_images_fill_their_page(count):
    snapshot, assets = with_images(count)
    shown = pages(snapshot, assets)
    assert "HP 26/123-S9" in shown[-1]
    assert "Firmado el" in shown[-1]


@pytest.mark.parametrize("extra", range(0, 3_000, 75))
def test_heading_never_ends_a_page_and_no_line_stands_alone(extra):
    text = ("palabra " * 400)[:extra].strip()
    said_twice = "primera línea\nsegunda línea\ntercera línea\ncuarta línea"
    texts = dict.fromkeys(TEXTS, "") | {"macroscopic": text, "comments": said_twice}
    for page in pages(bare(texts=texts)):
        assert ("Comentarios" in page) == ("primera línea" in page) == ("segunda línea" in page)
        assert ("tercera línea" in page) == ("cuarta línea" in page)


@pytest.mark.parametrize("extra", range(0, 2_000, 200))
def test_rows_stay_whole_and_their_header_repeats(extra):
    blocks = [block(f"HP 26/123-C{n}", "A", (f"inicio{n}", "H&E"), (f"fin{n}", "PAS")) for n in range(1, 70)]
    shown = pages(bare(blocks=blocks, clinical_history="x " * extra))
    for n in range(1, 70):
        (page,) = [text for text in shown if re.search(rf"inicio{n}\b", text)]
        assert re.search(rf"fin{n}\b", page)
    for page in shown:
        assert ("Preparados y coloraciones" in page) == ("inicio" in page)


def test_synoptic_rows_stay_whole():
    rows = [{"element": f"elemento{n}", "answer": f"x{n} " * 30 + f"fin{n}"} for n in range(40)]
    shown = pages(bare(diagnoses=[{"heading": "A", "diagnosis": "B", "synoptic": rows}]))
    for n in range(40):
        (page,) = [text for text in shown if re.search(rf"elemento{n}\b", text)]
        assert re.search(rf"fin{n}\b", page)


@pytest.mark.parametrize("length", [1, 400, 9_000])
def test_nothing_is_printed_in_the_margins(length):
    wide = ("Ñandú-W" * 1500)[:length]
    snapshot = report(
        number=wide[:300],
        laboratory=dict.fromkeys(report()["laboratory"], wide[:300]) | {"logo": None},
        owner={"name": wide, "surname": wide},
        clinical_history=wide,
        specimens=[{"label": wide[:60], "site": wide, "side": "left", "procedure": wide, "pieces": 9}],
        diagnoses=[
            {"heading": wide[:300], "diagnosis": wide, "synoptic": [{"element": wide, "answer": wide}]}
        ],
        texts=dict.fromkeys(TEXTS, wide),
        author=dict.fromkeys(report()["author"], wide[:200]) | {"signature": None},
        verification={"url": "https://a.test/", "address": f"https://{wide[:200]}/", "code": wide[:12]},
    )
    for x_min, y_min, x_max, y_max, _ in words_of(snapshot):
        assert x_min >= MARGIN_PT
        assert y_min >= MARGIN_PT - 1
        assert x_max <= 595.3 - MARGIN_PT
        assert y_max <= 841.9 - MARGIN_PT + 3


def words_of(snapshot) -> list[tuple]:
    """Every printed word with its corners, in points from the top left."""
    drawn = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=render(snapshot, {}), capture_output=True, check=True
    )
    return [(*map(float, found[:4]), found[4]) for found in WORD.findall(drawn.stdout.decode())]


def test_long_amendment_goes_on_over_pages_and_loses_nothing():
    change = {"label": "Comentarios", "old": "viejo " * 50, "new": "nuevo " * 50}
    banner = amended()["amendment"] | {"reason": "motivo\n" * 90, "changes": [change] * 12}
    shown = "".join(pages(amended(amendment=banner)))
    assert shown.count("motivo") == 90
    assert shown.count("viejo") == shown.count("nuevo") == 600


def test_lines_have_at_most_90_characters():
    body = [line for page in pages(long(20_000)) for line in page.splitlines() if line.startswith(" " * 25)]
    assert len(body) > 60
    assert sum(len(line.strip()) for line in body) / len(body) < 90


def test_sizes_are_those_that_people_read():
    sizes = set()
    for page in opened(render(amended(), {})).pages:
        for step in pikepdf.parse_content_stream(page):
            if str(step.operator) == "Tf":
                sizes.add(float(step.operands[1]))
    assert min(sizes) >= 7.5
    assert 10 in sizes
    assert 12.5 / 10 >= 1.15
    assert BODY.size_pt >= 9.5


def test_everything_is_black_or_a_grey_line():
    for page in opened(render(amended(), {})).pages:
        for step in pikepdf.parse_content_stream(page):
            operator = str(step.operator)
            assert operator not in ("RG", "K", "k", "SCN", "scn")
            if operator == "rg":
                assert list(map(float, step.operands)) == [0, 0, 0]
            if operator == "g":
                assert float(step.operands[0]) == 0
