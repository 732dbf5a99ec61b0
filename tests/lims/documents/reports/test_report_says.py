"""What a report says, item by item of what auditors look for, over the text of each page."""

import re

import pytest

from lims.documents.paper.formats import unbroken
from tests.lims.documents.papers import laboratory, squeezed
from tests.lims.documents.reports.snapshots import (
    TEXTS,
    amended,
    bare,
    long,
    pages,
    patient,
    report,
    said,
)


def first(snapshot) -> str:
    """Page 1, its white space reduced."""
    return re.sub(r"\s+", " ", pages(snapshot)[0])


def place(text: str, *parts: str) -> list[int]:
    return [text.index(squeezed(part)) for part in parts]


def test_title_says_what_it_is():
    assert "Informe histopatológico" in first(report())
    assert "Informe citológico" in first(report(kind="cytology"))
    assert "Informe histopatológico preliminar" in first(report(is_preliminary=True))


def test_laboratory_is_named_with_address_contact_and_director():
    shown = squeezed(first(report()))
    for value in (
        "Laboratorio de Patología",
        "5285",
        "011 5287-2000",
        "patologia@lab.test",
        "Dra. Elena Funes",
    ):
        assert squeezed(value) in shown


@pytest.mark.parametrize("snapshot", [report(), long(60_000), amended()], ids=["short", "long", "amended"])
def test_every_page_names_report_patient_dates_and_its_place(snapshot):
    shown = pages(snapshot)
    version = f"versión {snapshot['version']}"
    issued = "24 nov 2026" if snapshot["version"] == 1 else "1 dic 2026"
    for number, page in enumerate(shown, 1):
        footer = re.sub(r"\s+", " ", page[-1200:])
        assert f"HP 26/123 · {version} · Ñata · Canino · García Iturbe" in footer
        assert f"Obtención: 17 nov 2026 · Emisión: {issued}" in footer
        assert f"Página {number} de {len(shown)}" in footer


@pytest.mark.parametrize("snapshot", [bare(), report(), long(60_000)], ids=["bare", "short", "long"])
def test_end_mark_stands_once_on_the_last_page(snapshot):
    shown = pages(snapshot)
    assert [page.count("Fin del informe") for page in shown] == [0] * (len(shown) - 1) + [1]


def test_requesting_vet_and_owner_stand_apart():
    shown = squeezed(first(report()))
    for value in (
        "Propietario Marta García Iturbe",
        "Solicitado por Bruno Giménez",
        "Matrícula M. P. 8421",
        "Clínica Clínica Los Tilos",
        "Calle 60 N.º 1180, La Plata",
        "0221 555-0101",
        "vet@lab.test",
    ):
        assert squeezed(value) in squeezed(shown)


def test_signalment_is_complete():
    shown = first(report())
    for value in (
        "Paciente Ñata",
        "Especie Canino",
        "Raza Bóxer",
        "Sexo hembra, castrada",
        "Edad 8 años",
        "Peso 27,5 kg",
        "Microchip 982000123456789",
    ):
        assert value in shown


@pytest.mark.parametrize("empty", ["", "  \n "])
def test_what_is_not_known_is_said_and_never_blank(empty):
    nothing = patient(breed=empty, age=empty, weight_kg="", chip=empty, sex="unknown", neutered=None)
    shown = first(
        bare(patient=nothing, owner={"name": "", "surname": ""}, collected_on=None, received_at=None)
    )
    for label in ("Raza", "Edad", "Peso", "Microchip", "Propietario"):
        assert f"{label} no informado" in shown
    assert "Sexo no informado; castración no informada" in shown
    assert "Obtención: no informado" in shown
    assert "Propietario: no informado" in shown


@pytest.mark.parametrize("sex", ["female", "male", "unknown"])
@pytest.mark.parametrize("neutered", [None, True, False])
@pytest.mark.parametrize("language", ["es", "en"])
def test_sex_and_neutering_have_words(sex, neutered, language):
    assert pages(bare(patient=patient(sex=sex, neutered=neutered), language=language))


def test_every_specimen_is_described_as_it_came():
    shown = said(report())
    for row in (
        "A Piel, flanco izquierdo Biopsia escisional 1",
        "B Linfonódulo inguinal no informado Linfadenectomía 2",
        "Fijador Formol 10 %",
        "declarados: 2; recibidos: 1",
        "Estado al llegar aceptable",
        "Envase sin rótulo.",
        "Discrepancias Falta un envase.",
    ):
        assert squeezed(row) in shown


def test_cytology_tells_technique_and_smears():
    sample = report()["sample"] | {"technique": "fna", "preservation": ""}
    shown = said(report(kind="cytology", sample=sample))
    assert squeezed("Técnica punción con aguja fina") in shown
    assert "Extendidos" in shown
    assert "Fijador" not in shown


def test_dates_are_of_the_laboratory_with_times():
    shown = first(amended())
    for value in ("17 nov 2026", "18 nov 2026, 09:20 h", "1 dic 2026, 08:05 h", "24 nov 2026, 10:31 h"):
        assert value in shown
    assert "Primera emisión" in shown
    assert "Primera emisión" not in first(report())


def test_history_and_question_are_marked_as_supplied():
    shown = said(report())
    assert squeezed("Historia clínica según el remitente Masa de 3 meses") in shown
    assert squeezed("Diagnóstico presuntivo según el remitente Tumor de células redondas.") in shown


def test_block_and_slide_key_has_the_printed_codes():
    shown = said(report())
    assert squeezed("HP 26/123-C1 A Piel HP 26/123-S1 · H&E HP 26/123-S2 · Azul de toluidina") in shown
    assert squeezed("HP 26/123-C2 B Piel HP 26/123-S3 · PAS") in shown
    assert squeezed("HP 26/123-S9 Giemsa") in shown


def test_sections_stand_always_in_the_same_order():
    shown = said(report())
    places = place(
        shown,
        "Informe histopatológico",
        "Muestras",
        "Historia clínica",
        "Diagnóstico presuntivo",
        "Mastocitoma cutáneo, grado bajo",
        "Sin metástasis",
        "Cuadro sinóptico",
        "Descripción macroscópica",
        "Descripción microscópica",
        "Tumor a 4 mm del margen.",
        "Comentarios",
        "Recomendaciones",
        "Métodos y coloraciones",
        "Resultados de otros laboratorios",
        "Pendiente o no realizado",
        "Resultado crítico comunicado",
        "Bloques y preparados",
        "Paula Rivas",
        "Fin del informe",
    )
    assert places == sorted(places)


def test_every_text_of_the_author_is_there():
    shown = said(report())
    for text in TEXTS.values():
        assert squeezed(text) in shown


def test_a_section_without_text_leaves_no_heading():
    shown = said(bare())
    for heading in ("Comentarios", "Métodos", "Pendiente", "Bloque", "Cuadro", "Historia", "Imágenes"):
        assert heading not in shown


def test_synoptic_table_answers_each_element_and_none_is_empty():
    rows = [{"element": "Mitosis", "answer": "2 en 2,37 mm²"}, {"element": "Margen", "answer": " "}]
    shown = said(bare(diagnoses=[{"heading": "A", "diagnosis": "Mastocitoma", "synoptic": rows}]))
    assert squeezed("Mitosis 2 en 2,37 mm²") in shown
    assert squeezed("Margen no informado") in shown


def test_line_breaks_of_the_author_stay():
    text = "uno\n\n  dos\ntres"
    lines = [line.strip() for line in body(text)]
    start = next(n for n, line in enumerate(lines) if line.startswith("Comentarios"))
    assert lines[start].split() == ["Comentarios", "uno"]
    assert [line for line in lines[start + 1 :] if line][:2] == ["dos", "tres"]
    assert said(bare(texts=dict.fromkeys(TEXTS, "") | {"comments": text})).count("unodostres") == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("4 mm", "4\u00a0mm"),
        ("3 x 2 cm", "3\u00a0x\u00a02\u00a0cm"),
        ("2,37 mm²", "2,37\u00a0mm²"),
        ("<5/10 HPF", "<5/10\u00a0HPF"),
    ],
)
def test_number_and_unit_are_not_parted(typed, kept):
    assert unbroken(f"a {typed} b") == f"a {kept} b"
    for width in range(1, 90):
        text = "i" * width + " " + typed
        assert any(squeezed(typed) == squeezed(line)[-len(squeezed(typed)) :] for line in body(text))


def body(text: str) -> list[str]:
    return pages(bare(texts=dict.fromkeys(TEXTS, "") | {"comments": text}))[0].splitlines()


@pytest.mark.parametrize("plain", ["4 motivos", "HP 26 mayo", "en 2026 la", "5 metros"])
def test_words_after_a_number_are_no_units(plain):
    assert unbroken(plain) == plain


def test_reservations_are_printed():
    shown = said(report())
    assert squeezed("Los resultados corresponden únicamente a las muestras examinadas.") in shown
    assert squeezed("no debe reproducirse, excepto en su totalidad") in shown


def test_signer_is_named_with_qualification_licence_time_and_contact():
    shown = said(report())
    signer = "Paula Rivas Anatomía patológica veterinaria Jefa de histopatología Matrícula M. P. 2001"
    assert squeezed(f"{signer} p.rivas@lab.test Firmado el 24 nov 2026, 10:31 h") in shown


def test_verification_is_said_in_words():
    shown = said(report())
    assert squeezed("https://patologia.lab.test/verify/ con el código K7QM2XW9PB4T") in shown
    assert "K7QM 2XW9 PB4T" in pages(report())[-1].replace("\u00a0", " ")


def test_footer_of_the_laboratory_is_on_every_page():
    assert all("Conserve este documento." in page for page in pages(long(40_000)))


def test_long_names_are_shortened_in_footers_and_whole_on_page_1():
    name = "Ñandubay " * 20
    named = report(patient=patient(animal=name), laboratory=laboratory(director=""))
    shown = pages(named)
    assert squeezed(name) in said(named)
    footer = re.sub(r"\s+", " ", shown[-1][-900:])
    assert re.search(r"HP 26/123 · versión 1 · Ñandubay [^·]*… · Canino · García Iturbe", footer)
