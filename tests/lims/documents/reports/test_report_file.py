"""The report as a file: reproducible, PDF/A-2b, its fonts inside, its code readable from print."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from pikepdf import pdfa
from PIL import Image

from lims.documents.paper import qr
from lims.documents.paper.sheet import DOT_PT
from lims.documents.reports import document
from lims.documents.reports.drawing import render
from tests.lims.documents.papers import copy_out, laboratory, opened, squeezed
from tests.lims.documents.reports.snapshots import (
    amended,
    archived,
    bare,
    long,
    micrograph,
    preview,
    report,
    with_images,
)

ROOT = Path(qr.__file__).parent.parent.parent.parent
CHILD = """
import hashlib, django
django.setup()
from tests.lims.documents.reports.snapshots import archived, with_images
from lims.documents.reports.drawing import render
shown, assets = with_images(3)
pdf = render(shown, assets)
print(hashlib.sha256(pdf).hexdigest(), hashlib.sha256(archived(shown, assets)).hexdigest())
"""
# The bytes of one snapshot, and of its PDF/A. Who changes how a report looks puts the new digests here;
# an issued report keeps its bytes whatever stands here.
GOLDEN = (
    "933c4a6d90c6ddc5eff18712cc6352a58f3e33a53fdf875feeaf218d78924e1c",
    "b0dd47422552443c801f64c34573bf4f7c3c3a4b0601600e1deb1eac344a8118",
)
KINDS = {
    "bare": bare(),
    "usual": report(),
    "amended": amended(is_preliminary=True),
    "english": report(language="en"),
    "cytology": report(kind="cytology", sample=report()["sample"] | {"technique": "swab"}),
    "hostile": report(
        clinical_history="ЖΩ😀שע<&>" * 200, number="R&D <1>", laboratory=laboratory(director="(\\)")
    ),
}


def digests(pdf: bytes, kept: bytes) -> tuple[str, str]:
    return hashlib.sha256(pdf).hexdigest(), hashlib.sha256(kept).hexdigest()


def test_bytes_change_only_on_purpose():
    assert digests(render(amended(), {}), archived(amended())) == GOLDEN


def test_bytes_are_the_same_in_other_processes_seeds_and_zones():
    shown, assets = with_images(3)
    here = " ".join(digests(render(shown, assets), archived(shown, assets)))
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        child = subprocess.run(
            [sys.executable, "-c", CHILD],
            env=os.environ | environment,
            capture_output=True,
            check=True,
            cwd=ROOT,
            text=True,
        )
        assert child.stdout.splitlines()[-1] == here


def test_bytes_do_not_depend_on_what_was_drawn_before():
    first = archived(report())
    archived(report(clinical_history="ЖαΩ" * 100, language="en"))
    assert archived(report()) == first


@pytest.mark.parametrize("kind", KINDS)
def test_archived_report_is_pdf_a_2b(tmp_path, kind):
    paper = tmp_path / "report.pdf"
    paper.write_bytes(archived(KINDS[kind]))
    assert pdfa.validate_written(paper, "2b").passed
    assert subprocess.run(["qpdf", "--check", paper], capture_output=True).returncode == 0
    document = opened(paper.read_bytes())
    metadata = document.Root.Metadata.read_bytes()
    assert b"<pdfaid:part>2" in metadata or b'pdfaid:part="2"' in metadata


@pytest.mark.parametrize("count", [1, 60])
def test_archived_report_with_images_is_pdf_a_2b_and_passes_jpegs_through(count):
    shown, assets = with_images(count)
    kept = archived(shown, assets)
    for image in shown["images"]:
        assert assets[image["sha256"]] in kept


@pytest.mark.parametrize("characters", [50_000, 140_000])
def test_long_report_is_pdf_a_2b(characters):
    kept = archived(long(characters))
    assert document.pages(kept) == len(pypdf.PdfReader(io.BytesIO(kept)).pages)


def test_archiving_keeps_every_page_and_its_text():
    shown = long(50_000)
    assert copy_out(archived(shown), "-layout") == copy_out(render(shown, {}), "-layout")


def test_cmyk_image_is_refused_with_the_findings():
    shown, assets = with_images(1)
    content = micrograph(1, 330, 248, mode="CMYK")
    digest = shown["images"][0]["sha256"] = hashlib.sha256(content).hexdigest()
    assets[digest] = content
    with pytest.raises(document.NotArchivable, match=r"(?s)DeviceCMYK.*a retry does not help"):
        archived(shown, assets)


def test_file_is_dated_when_its_report_was_finalized():
    document = opened(archived(report()))
    assert str(document.docinfo.CreationDate).startswith("D:20261124103107-03")
    assert document.docinfo.ModDate == document.docinfo.CreationDate
    assert b"2000-01-01" not in document.Root.Metadata.read_bytes()
    assert b"2026-11-24T13:31:07+00:00" in document.Root.Metadata.read_bytes()


@pytest.mark.parametrize("language", ["es", "en"])
def test_reader_is_told_title_author_and_language(language):
    document = opened(archived(report(language=language)))
    title = {
        "es": "Informe histopatológico HP 26/123, versión 1",
        "en": "Histopathology report HP 26/123, version 1",
    }
    assert str(document.docinfo.Title) == title[language]
    assert str(document.docinfo.Author) == "Laboratorio de Patología"
    assert str(document.Root.Lang) == {"es": "es-AR", "en": "en"}[language]
    assert document.Root.ViewerPreferences.DisplayDocTitle is True


@pytest.mark.parametrize("kind", KINDS)
def test_every_font_is_embedded_with_unicode(kind):
    for page in opened(archived(KINDS[kind])).pages:
        fonts = page.Resources.Font.values()
        assert fonts
        for font in fonts:
            assert "+SourceSansPro-" in str(font.BaseFont)
            assert "/FontFile2" in font.FontDescriptor
            assert b"beginbfchar" in font.ToUnicode.read_bytes()


def test_other_reader_copies_the_same_accents_out():
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(archived(report()))).pages)
    for value in ("Ñata", "Mastocitoma cutáneo, grado bajo", "linfonódulo", "versión 1", "µm"):
        assert squeezed(value) in squeezed(text)


def test_sections_are_bookmarks_once_each():
    shown, assets = with_images(3)
    with opened(archived(shown, assets)).open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert titles[:5] == [
        "Informe histopatológico",
        "Muestras",
        "Historia clínica",
        "Diagnóstico presuntivo",
        "Diagnóstico",
    ]
    assert titles[-3:] == ["Imágenes", "Bloques y preparados", "Firma"]
    assert len(titles) == len(set(titles)) + 1  # two synoptic tables


@pytest.mark.parametrize("host", ["l.ar", "patologia.veterinaria.universidad.edu.ar", "x" * 180 + ".ar"])
def test_printed_code_is_read_at_300_dpi(tmp_path, host):
    url = f"https://{host}/verify/0123456789abcdef0123456789abcdef/"
    verification = {"url": url, "address": f"https://{host}/verify/", "code": "K7QM2XW9PB4T"}
    paper = tmp_path / "report.pdf"
    paper.write_bytes(archived(report(verification=verification)))
    last = str(document.pages(paper.read_bytes()))
    picture = tmp_path / "page"
    subprocess.run(
        ["pdftoppm", "-r", "300", "-gray", "-png", "-f", last, "-singlefile", paper, picture], check=True
    )
    (found,) = zxingcpp.read_barcodes(Image.open(f"{picture}.png"))
    assert found.text == url


@pytest.mark.parametrize("length", [20, 60, 90, 250])
def test_module_is_whole_dots_and_wide_enough(length):
    code, size = qr.code("h" * length, 0, 0, 24 / 25.4 * 72)
    dots = code.module_pt / DOT_PT
    assert dots == round(dots) >= 3
    assert code.module_pt / 72 * 25.4 >= 0.25
    assert code.x_pt == pytest.approx(4 * code.module_pt)
    assert size == pytest.approx((len(code.rows) + 8) * code.module_pt)


def test_nothing_stands_in_the_quiet_zone(tmp_path):
    paper = tmp_path / "report.pdf"
    paper.write_bytes(render(report(), {}))
    last = str(document.pages(paper.read_bytes()))
    subprocess.run(
        ["pdftoppm", "-r", "300", "-gray", "-png", "-f", last, "-singlefile", paper, tmp_path / "page"],
        check=True,
    )
    picture = Image.open(tmp_path / "page.png").convert("L")
    (found,) = zxingcpp.read_barcodes(picture)
    left, top = found.position.top_left.x, found.position.top_left.y
    right, bottom = found.position.bottom_right.x, found.position.bottom_right.y
    quiet = round((right - left) / 37 * 4) - 3
    around = picture.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet - 3, quiet - 3, around.width - quiet + 3, around.height - quiet + 3))
    assert around.getextrema() == (255, 255)


def test_code_leads_a_click_to_the_verification():
    links = [
        str(annotation.A.URI)
        for page in opened(archived(report())).pages
        for annotation in page.get("/Annots", [])
    ]
    assert links == [report()["verification"]["url"]]


def test_preview_has_no_code():
    document = opened(render(preview(), {}))
    assert all("/Annots" not in page for page in document.pages)


def test_transparent_logo_and_signature_print():
    shown, assets = with_images(0)
    kept = opened(archived(shown, assets))
    drawn = [image for page in kept.pages for image in page.Resources.XObject.values()]
    masks = [image for image in drawn if "/SMask" in image]
    assert len(masks) == 2


def test_names_of_files_are_plain():
    assert document.filename(report()) == "HP-26-123-v1.pdf"
    assert document.filename(preview(number="<R&D>\n/..", version=2)) == "R-D-v2-borrador.pdf"


def test_digests_name_every_image_once():
    shown, assets = with_images(4)
    assert document.asset_digests(shown) | document.media_digests(shown) == set(assets)
    assert len(document.asset_digests(shown)) == 2
    assert document.asset_digests(report()) == set()
