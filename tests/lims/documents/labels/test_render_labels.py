"""A label's paper: true size, its whole code for eyes and for scanners, whatever was typed."""

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lims.documents.labels import label_sheet
from lims.documents.labels.drawing import CODE_MAX, CODE_ROOM_PT, LABELS_MAX, render
from lims.documents.paper import qr
from lims.documents.paper.fonts import SEMIBOLD
from lims.documents.paper.layout import Style
from lims.documents.paper.limits import PaperTooLarge
from lims.documents.paper.sheet import DOT_PT
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import width_pt
from pdfcache import keys, registry
from tests.drills.length import examples
from tests.lims.documents.paper.test_render_text import HOSTILE, expected
from tests.lims.documents.papers import copied, copy_out, opened, squeezed

MM = 72 / 25.4
WORD_BOX = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"')
FONT_SIZE = re.compile(rb"/F\S+ ([\d.]+) Tf")
CODES = (
    "HP 26/001",
    "HP 26/123-C1",
    "HP 26/1234-S12",
    "CT 26/12345-C123",
    "TMP-HP-20261123-001",
    "TMP-HP-20261123-12345",
    "HP 26/" + "9" * 24,
    "W" * CODE_MAX,
)
# The bytes of this sheet under the template's version. Whoever changes how a label looks raises
# `template_version` in lims/documents/labels/label_sheet.py and puts the new digest here.
GOLDEN = {2: "d1ac852bfb2790cda7fae3d02620d1e9fb9393a14fcf36702f26b9f76786f931"}
texts = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE)), max_size=200)
# Whole characters: a code comes out of the database, which keeps no half ones.
whole = st.characters(exclude_categories=["Cs"])
codes = st.text(st.one_of(st.sampled_from("ABCWHPT0123456789/- "), whole), max_size=CODE_MAX)


def label(code: str = "HP 26/123-C1", **changes: str) -> dict[str, str]:
    return {"code": code, "animal": "Firulais", "species": "Canino", "stain": ""} | changes


def sheet(*labels: dict, **changes: Any) -> dict[str, Any]:
    """A snapshot with these labels."""
    return {"language": "es", "laboratory": "Laboratorio", "labels": list(labels or [label()])} | changes


def drawn(shown: dict[str, Any]) -> bytes:
    return render(shown, {})


def pictures(pdf: bytes, folder: Path) -> list[Image.Image]:
    """Each label as a printer with 300 dpi puts it on paper."""
    paper = folder / "labels.pdf"
    paper.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", paper, folder / "label"], check=True)
    return [Image.open(path) for path in sorted(folder.glob("label-*.png"))]


def test_every_label_is_a_page_of_39_by_20_mm_that_viewers_do_not_scale():
    pdf = opened(drawn(sheet(label("HP 26/001"), label("HP 26/002"))))
    boxes = [tuple(float(side) / MM for side in page.MediaBox) for page in pdf.pages]
    assert boxes == [(0, 0, pytest.approx(39, abs=0.01), pytest.approx(20, abs=0.01))] * 2
    assert pdf.Root.ViewerPreferences.PrintScaling == "/None"


def test_printed_codes_are_read_again_at_300_dpi(tmp_path):
    paper = drawn(sheet(*map(label, CODES)))
    read = [
        [found.text for found in zxingcpp.read_barcodes(picture)] for picture in pictures(paper, tmp_path)
    ]
    assert read == [[code] for code in CODES]


@pytest.mark.parametrize("code", CODES)
def test_a_module_is_whole_dots_and_wide_enough(code):
    drawn_code, size_pt = qr.code(code, 0, 0, CODE_ROOM_PT)
    dots = drawn_code.module_pt / DOT_PT
    assert dots == round(dots) >= 3
    assert size_pt <= CODE_ROOM_PT + 0.01 <= 20 * MM


def test_nothing_stands_in_the_quiet_zone(tmp_path):
    paper = drawn(sheet(label("TMP-HP-20261123-001", animal="W" * 50)))
    (picture,) = pictures(paper, tmp_path)
    (found,) = zxingcpp.read_barcodes(picture)
    left, top = found.position.top_left.x, found.position.top_left.y
    right, bottom = found.position.bottom_right.x, found.position.bottom_right.y
    quiet = round((right - left) / 21 * 4) - 3
    around = picture.convert("L").crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet - 3, quiet - 3, around.width - quiet + 3, around.height - quiet + 3))
    assert around.getextrema() == (255, 255)


@pytest.mark.parametrize("code", CODES)
def test_the_code_is_never_cut_short_and_never_smaller_than_people_read(code):
    paper = drawn(sheet(label(code, animal="x" * 200, species="y" * 60, stain="z" * 60)))
    assert squeezed(code) in copied(paper)
    pdf = opened(paper)
    sizes = [float(size) for size in FONT_SIZE.findall(pdf.pages[0].Contents.read_bytes())]
    assert min(sizes) >= 7


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("HP 26/123-C1", ["HP 26/123-C1"]),
        ("TMP-HP-20261123-001", ["TMP-HP-", "20261123-001"]),
        ("HP 26/12345-C123", ["HP 26/12345-", "C123"]),
    ],
)
def test_a_long_code_breaks_behind_a_hyphen(code, lines):
    text = copy_out(drawn(sheet(label(code))), "-raw")
    assert text.splitlines()[: len(lines)] == lines


def test_reading_order_is_code_animal_stain_species():
    text = copied(drawn(sheet(label(stain="Giemsa"))))
    assert text == "HP26/123-C1FirulaisGiemsaCanino"


def test_a_long_name_ends_in_an_ellipsis_on_its_label():
    text = copy_out(drawn(sheet(label(animal="Firulais " * 20, stain="Masson"))), "-raw")
    assert text.count("…") == 1
    assert "Masson" in text and "Canino" in text


@settings(max_examples=examples(20), deadline=None, database=None)
@given(codes, texts, texts, texts)
def test_any_text_prints_within_its_label_and_the_code_whole(code, animal, species, stain):
    paper = drawn(sheet(label(code, animal=animal, species=species, stain=stain)))
    assert copied(paper).startswith(expected(printable_line(code)))
    assert len(opened(paper).pages) == 1
    shown = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=paper, capture_output=True, check=True)
    for x_min, y_min, x_max, y_max in (map(float, box) for box in WORD_BOX.findall(shown.stdout.decode())):
        assert x_min >= 12 * MM and x_max <= 39 * MM
        # A word's box has air above and below its letters.
        assert y_min >= -2 and y_max <= 20 * MM + 2


@pytest.mark.parametrize("typed", ["<b>x</b>", "R&D &amp; &#65;", "<img src='a.png'/>", "a<br/>b", "(\\)("])
def test_markup_prints_as_typed(typed):
    text = copied(drawn(sheet(label(animal=typed, species=typed, stain=typed))))
    assert text.count(squeezed(typed)) == 3


def test_too_many_labels_or_too_long_a_code_are_refused():
    for shown in (sheet(*[label()] * (LABELS_MAX + 1)), sheet(label("x" * (CODE_MAX + 1)))):
        with pytest.raises(PaperTooLarge, match="a retry does not help"):
            drawn(shown)


def test_the_file_is_sound_and_says_what_it_is(tmp_path):
    paper = tmp_path / "labels.pdf"
    paper.write_bytes(drawn(sheet(label(animal="ЖΩ😀"), language="en")))
    assert subprocess.run(["qpdf", "--check", paper], capture_output=True).returncode == 0
    pdf = opened(paper.read_bytes())
    assert (str(pdf.docinfo.Title), str(pdf.docinfo.Author), str(pdf.Root.Lang)) == (
        "Labels",
        "Laboratorio",
        "en",
    )
    for font in pdf.pages[0].Resources.Font.values():
        assert "/FontFile2" in font.FontDescriptor


def test_name_of_the_file_is_plain():
    assert label_sheet.filename(sheet(label("HP 26/123-C1"))) == "etiquetas-HP-26-123-C1.pdf"


def test_what_is_printed_is_in_the_key():
    kind, version = label_sheet.KIND, registry.get(label_sheet.KIND).template_version
    shown = sheet(label(stain="H&E"))
    others = [sheet(label(**{"stain": "H&E"} | {name: "otra"})) for name in label()]
    others += [sheet(label(stain="H&E"), language="en"), sheet(label(stain="H&E"), laboratory="Otro")]
    others += [sheet(label(stain="H&E"), label(stain="H&E"))]
    assert len({keys.digest(kind, version, 1, each) for each in [shown, *others]}) == len(others) + 1
    assert len({drawn(each) for each in [shown, *others]}) == len(others) + 1


def test_bytes_change_only_with_the_template_version():
    version = registry.get(label_sheet.KIND).template_version
    shown = sheet(*map(label, CODES), label(animal="Ñandú <5/10> 😀" * 9, stain="H&E"))
    assert drawn(shown) == drawn(shown)
    assert hashlib.sha256(drawn(shown)).hexdigest() == GOLDEN[version]


def test_the_widest_code_is_wider_than_one_line():
    assert width_pt("W" * CODE_MAX, Style(SEMIBOLD, 7, 8)) > 39 * MM
