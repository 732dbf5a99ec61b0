"""What a report says while it is a preview, preliminary, or an amendment, and in the other language."""

import re

import pytest

from tests.lims.documents.papers import squeezed
from tests.lims.documents.reports.snapshots import amended, long, pages, preview, report


def first(snapshot) -> str:
    """Page 1, its white space reduced."""
    return re.sub(r"\s+", " ", pages(snapshot)[0])


def test_preliminary_is_said_at_the_top_and_on_every_page():
    shown = pages(long(40_000) | {"is_preliminary": True})
    top = shown[0].index("Informe preliminar")
    assert top < shown[0].index("Paciente")
    assert "reemplazará el informe definitivo" in shown[0]
    assert all("Informe preliminar" in page for page in shown)


def test_amendment_names_what_it_replaces_why_and_what_changed():
    shown = first(amended())
    assert "Enmendado: versión 2, reemplaza a la versión 1 del 24 nov 2026" in shown
    assert "Motivo: Recuento de mitosis en cortes más profundos." in shown
    assert "Diagnóstico, A grado alto grado bajo" in shown
    assert "Comentarios (nada) Ninguno nuevo" in shown


def test_amendment_is_named_on_every_page():
    shown = pages(amended(texts=long(40_000)["texts"]))
    assert len(shown) > 3
    for page in shown:
        assert "Enmendado: versión 2, reemplaza a la versión 1 del 24 nov 2026" in page.replace("\u00a0", " ")


def test_amendment_without_a_change_says_so():
    nothing = amended()["amendment"] | {"changes": []}
    assert "Sin cambios en el contenido." in first(amended(amendment=nothing))


@pytest.mark.parametrize(("language", "word"), [("es", "BORRADOR"), ("en", "DRAFT")])
def test_preview_is_marked_on_every_page_and_can_be_neither_verified_nor_taken_for_signed(language, word):
    shown = pages(preview(texts=long(40_000)["texts"], language=language))
    assert all(page.count(word) == 1 for page in shown)
    assert "/verify/" not in "".join(shown)
    assert {"es": "Sin firmar", "en": "Not signed"}[language] in shown[-1]


def test_issued_report_has_no_mark():
    assert "BORRADOR" not in "".join(pages(report()))


def test_english_report_has_english_words():
    shown = "\n".join(pages(amended(language="en", is_preliminary=True)))
    squeezed_text = squeezed(shown)
    for value in (
        "Preliminary histopathology report",
        "Amended: version 2, replaces version 1 of Nov 24, 2026",
        "female, neutered",
        "27.5 kg",
        "Nov 18, 2026, 09:20",
        "as supplied by the sender",
        "The results relate only to the samples examined.",
        "not to be reproduced except in full",
        "End of report",
        "Page 1 of",
    ):
        assert squeezed(value) in squeezed_text
    for word in ("Diagnóstico presuntivo", "Muestras", "Página", "Firmado", "Bloques", "no informado"):
        assert word not in shown
