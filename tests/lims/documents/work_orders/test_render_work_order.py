"""What a work order's paper says, in both languages and in every state."""

import json

import pytest

from lims.documents.work_orders.drawing import render
from tests.lims.documents.papers import client, copied, laboratory, line, opened, pages, squeezed, work_order


def test_every_printed_value_is_there():
    text = squeezed(pages(work_order(2))[0])
    for value in (
        "Laboratorio de Patología",
        "30-54666656-1",
        "OT-2026-001",
        "23 de noviembre de 2026",
        "Bruno Giménez",
        "20-28765432-9",
        "Responsable inscripto",
        "Calle 60 N.º 1180, La Plata",
        "M. P. 8421",
        "HP 26/001 Ñandú",
        "Citología por punción",
        "2 18.500,00 0,00 37.000,00",
        "Total $ 1.234.567,50",
        "Anticipo $ 234.567,00",
        "Saldo $ 1.000.000,50",
        "Estado de pago Pago parcial",
    ):
        assert squeezed(value) in text


def test_english_paper_has_english_words_dates_and_money():
    text = squeezed(pages(work_order(2, language="en"))[0])
    for value in (
        "Work order",
        "November 23, 2026",
        "VAT registered",
        "18,500.00",
        "Balance ARS 1,000,000.50",
    ):
        assert squeezed(value) in text
    for word in ("Cliente", "Saldo", "Página", "Orden", "Condiciones"):
        assert word not in text


def test_every_state_of_payment_and_tax_has_words_in_both_languages():
    for language in ("es", "en"):
        for condition in ("registered", "monotributo", "exempt", "final_consumer"):
            for status in ("unpaid", "partial", "paid"):
                order = work_order(1, client=client(vat_condition=condition), payment_status=status)
                render(order | {"language": language}, {})


def test_reading_order_follows_the_rows():
    text = copied(render(work_order(2), {}))
    parts = ("Laboratorio", "Cliente", "HP26/001", "HP26/002", "Saldo", "Retirar", "Válida", "Página1de1")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_frozen_lines_print_like_lines_in_the_snapshot():
    order = work_order(5)
    frozen = json.dumps(order["lines"]).encode()
    assert render(order | {"lines": {"sha256": "f" * 64}}, {"f" * 64: frozen}) == render(order, {})


def test_line_breaks_of_observations_and_terms_stay():
    text = pages(work_order(1, observations="uno\ndos\n\n  tres", terms="cuatro\r\ncinco"))[0]
    lines = [each.strip() for each in text.splitlines()]
    assert lines[lines.index("uno") + 1] == "dos"
    assert lines[lines.index("cuatro") + 1] == "cinco"
    assert "tres" in lines


def test_order_without_lines_or_money_still_prints():
    text = squeezed(pages(work_order(0, total="0.00", advance="0.00", balance="0.00"))[0])
    assert "Sinrenglones." in text
    assert text.count("$0,00") == 3


def test_absent_facts_leave_no_empty_labels():
    blank = client(licence="", veterinarian="", clinic="", phone="", email="", address="")
    text = pages(work_order(1, client=blank, observations="", terms=""))[0]
    for label in ("Matrícula", "Profesional", "Observaciones", "Condiciones"):
        assert label not in text


@pytest.mark.parametrize(("mark", "word"), [("draft", "BORRADOR"), ("cancelled", "ANULADA")])
def test_mark_is_read_once_on_every_page_and_lies_behind_the_text(mark, word):
    order = work_order(60, mark=mark, cancellation_reason="Duplicada.")
    assert all(page.count(word) == 1 for page in pages(order))
    pdf = opened(render(order, {}))
    content = pdf.pages[0].Contents.read_bytes()
    assert content.index(b"ActualText") < content.index(b" Tm\n")


def test_cancelled_order_says_why_and_a_live_one_does_not():
    reason = "Se emitió <dos> veces."
    assert reason in pages(work_order(1, mark="cancelled", cancellation_reason=reason))[0]
    assert reason not in pages(work_order(1, cancellation_reason=reason))[0]


def test_draft_has_neither_number_nor_date():
    text = pages(work_order(1, mark="draft", number="", issued_on=None))[0]
    assert "OT-" not in text
    assert "2026" not in text.replace("HP 26", "")
    assert "Orden de trabajo (borrador)" in text


def test_long_footer_stands_once_at_the_end_instead_of_on_every_page():
    footer = "palabra " * 200
    text = pages(work_order(60, laboratory=laboratory(footer=footer)))
    assert "palabra" not in text[0]
    assert text[-1].count("palabra") == 200


def test_amount_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        render(work_order() | {"lines": [line(1, unit_price="mucho")]}, {})
