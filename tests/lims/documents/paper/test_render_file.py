"""The file around the paper: reproducible, embedded fonts, title, language, bookmarks, images."""

import ast
import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageFont

from lims.documents.paper import images
from lims.documents.paper.drawing import LOGO_HEIGHT_PT, LOGO_WIDTH_PT
from lims.documents.paper.fonts import REGULAR, SEMIBOLD, characters, font
from lims.documents.paper.images import UnreadableImage
from lims.documents.work_orders.drawing import render
from tests.lims.documents.papers import client, image, laboratory, opened, with_logo, work_order

LIMS = Path(images.__file__).parent.parent.parent
CHILD = """
import hashlib, django
django.setup()
from tests.lims.documents.papers import work_order
from lims.documents.work_orders.drawing import render
print(hashlib.sha256(render(work_order(40, observations="α😀Ж"), {})).hexdigest())
"""


def test_bytes_are_the_same_in_other_processes_seeds_and_zones():
    here = hashlib.sha256(render(work_order(40, observations="α😀Ж"), {})).hexdigest()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        changed = {"PYTHONHASHSEED": seed, "TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        child = subprocess.run(
            [sys.executable, "-c", CHILD],
            env=os.environ | changed,
            capture_output=True,
            check=True,
            cwd=LIMS.parent,
        )
        assert child.stdout.decode().strip() == here


def test_bytes_do_not_depend_on_what_was_drawn_before():
    first = render(work_order(5), {})
    render(work_order(5, observations="ЖαΩ" * 100, language="en", mark="draft"), {})
    assert render(work_order(5), {}) == first


def test_threads_draw_the_same_bytes():
    order = work_order(80, terms="Жα")
    expected, drawn = render(order, {}), []
    threads = [threading.Thread(target=lambda: drawn.append(render(order, {}))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [expected] * 4


def test_no_document_stays_in_memory_after_its_render():
    for number in range(5):
        render(work_order(5, number=f"OT-{number}", observations="Ж"), {})
    assert not font(REGULAR).state
    assert not font(SEMIBOLD).state


def test_qpdf_finds_nothing_wrong(tmp_path):
    paper = tmp_path / "paper.pdf"
    order, assets = with_logo(image(40, 30, mode="RGBA"), 40, 30)
    paper.write_bytes(render(order | {"mark": "draft", "observations": "ЖΩ😀" * 300}, assets))
    assert subprocess.run(["qpdf", "--check", paper], capture_output=True).returncode == 0


def test_every_font_is_an_embedded_subset_with_unicode():
    pdf = opened(render(work_order(3, mark="draft", observations="".join(map(chr, range(0x400, 0x600)))), {}))
    fonts = [each for page in pdf.pages for each in page.Resources.Font.values()]
    assert len(fonts) >= 3
    for each in fonts:
        assert "+SourceSansPro-" in str(each.BaseFont)
        assert "/FontFile2" in each.FontDescriptor
        assert b"beginbfchar" in each.ToUnicode.read_bytes()


@pytest.mark.parametrize("name", [REGULAR, SEMIBOLD])
def test_embedded_glyphs_are_those_of_the_copied_characters(name):
    typed = "".join(sorted(characters()))[300:700]
    order = work_order(1, observations=typed, client=client(name=typed))
    pdf = opened(render(order, {}))
    whole = basic(font(name).face.filename)
    drawn = 0
    for each in pdf.pages[0].Resources.Font.values():
        if font(name).face.name.decode() in str(each.BaseFont):
            embedded = basic(io.BytesIO(each.FontDescriptor.FontFile2.read_bytes()), encoding="armn")
            for code, character in unicode_of(each).items():
                assert glyph(embedded, chr(code)) == glyph(whole, character.replace("\ufffd", "☐"))
                drawn += 1
    assert drawn > 400


def unicode_of(each) -> dict[int, str]:
    """The characters that the codes of an embedded font copy out as."""
    pairs = re.findall(rb"^<(\w\w)> <(\w+)>$", each.ToUnicode.read_bytes(), re.MULTILINE)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs[1:]}


def basic(file, **options) -> ImageFont.FreeTypeFont:
    """The font, drawing one glyph a character."""
    return ImageFont.truetype(file, 40, layout_engine=ImageFont.Layout.BASIC, **options)


def glyph(drawn_with: ImageFont.FreeTypeFont, text: str) -> tuple[tuple[int, int], bytes]:
    """The size and pixels of a character."""
    mask = drawn_with.getmask(text)
    return mask.size, bytes(mask)


def test_reader_is_told_title_author_language_and_date():
    pdf = opened(render(work_order(laboratory=laboratory(name="Lab <R&D> 😀")), {}))
    assert str(pdf.docinfo.Title) == "Orden de trabajo OT-2026-001"
    assert str(pdf.docinfo.Author) == "Lab <R&D> \ufffd"
    assert str(pdf.docinfo.CreationDate).startswith("D:20261123")
    assert str(pdf.Root.Lang) == "es-AR"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True


def test_sections_are_bookmarks_once_each():
    with opened(render(work_order(120), {})).open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles == ["Orden de trabajo", "Cliente", "Detalle", "Totales", "Observaciones", "Condiciones"]


@pytest.mark.parametrize(("width", "height"), [(4000, 200), (200, 4000), (1, 1), (640, 480)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_logo_keeps_its_shape_inside_its_box(width, height, kind):
    printed_width, printed_height = logo_size_pt(*with_logo(image(width, height, kind), width, height))
    assert printed_width <= LOGO_WIDTH_PT + 0.01
    assert printed_height <= LOGO_HEIGHT_PT + 0.01
    assert printed_width / printed_height == pytest.approx(width / height, rel=0.01)


def logo_size_pt(order, assets):
    """The size at which the first image of page 1 is drawn."""
    pdf = opened(render(order, assets))
    steps = list(pikepdf.parse_content_stream(pdf.pages[0]))
    (drawn,) = [n for n, step in enumerate(steps) if str(step.operator) == "Do"]
    matrix = next(step.operands for step in reversed(steps[:drawn]) if str(step.operator) == "cm")
    return float(matrix[0]), float(matrix[3])


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
    + [("JPEG", mode) for mode in ("L", "RGB", "CMYK")],
)
def test_every_kind_of_logo_prints(kind, mode):
    assert logo_size_pt(*with_logo(image(60, 40, kind, mode), 60, 40))


def test_jpeg_passes_through_undecoded():
    data = image(300, 200, "JPEG")
    assert data in render(*with_logo(data, 300, 200))


def test_large_png_is_reduced_to_what_print_shows():
    data = image(3000, 2000)
    pdf = opened(render(*with_logo(data, 3000, 2000)))
    (logo,) = pdf.pages[0].Resources.XObject.values()
    assert int(logo.Width) <= LOGO_WIDTH_PT / 72 * 300 + 1


@pytest.mark.parametrize("data", [b"", b"no image", image(60, 40)[:60], b"GIF89a" + bytes(20)])
def test_unreadable_logo_is_refused_in_one_sentence(data):
    with pytest.raises(UnreadableImage, match="a retry does not help"):
        render(*with_logo(data, 60, 40))


def test_image_with_too_many_pixels_is_refused_before_it_is_decoded():
    header = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + bytes(4)
    with pytest.raises(UnreadableImage):
        render(*with_logo(data, 12_000, 12_000))


def test_ready_images_are_bounded():
    for number in range(40):
        render(*with_logo(image(10 + number, 10), 10 + number, 10))
    assert len(images._ready) <= 32


def test_no_module_but_drawing_makes_a_paragraph():
    for path in LIMS.rglob("*.py"):
        calls = {
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
        }
        assert "Paragraph" not in calls or path.name == "drawing.py"
