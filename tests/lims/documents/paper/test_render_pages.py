"""How a long work order falls onto pages."""

import re
import subprocess

import pytest

from lims.documents.paper.text import printable
from lims.documents.work_orders.drawing import render
from tests.lims.documents.papers import client, content, copied, laboratory, line, pages, squeezed, work_order

MARGIN_PT = 15 / 25.4 * 72
HEADER = "Protocolo"
WORD_BOX = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"')


def test_every_page_names_the_order_and_its_place():
    shown = pages(work_order(150))
    assert len(shown) > 3
    for number, page in enumerate(shown, 1):
        assert f"Orden de trabajo OT-2026-001 · Página {number} de {len(shown)}" in re.sub(" +", " ", page)


def test_header_row_stands_on_every_page_that_has_lines():
    for page in pages(work_order(150)):
        assert (HEADER in page) == ("HP 26/" in page)


def test_two_thousand_lines_all_print_in_order():
    numbers = re.findall(r"HP 26/(\d+)", "".join(pages(work_order(2000))))
    assert numbers == [f"{n:03d}" for n in range(1, 2001)]


def test_row_stays_on_one_page():
    lines = [line(n, description=f"inicio{n} " + "palabra " * (n % 23) + f"fin{n}") for n in range(1, 90)]
    shown = pages(work_order(lines=0) | {"lines": lines})
    for n in range(1, 90):
        (page,) = [text for text in shown if f"HP 26/{n:03d}" in text]
        assert f"inicio{n} " in page or f"inicio{n}\n" in page
        assert re.search(rf"fin{n}\b", page)


def test_row_taller_than_a_page_continues_and_loses_nothing():
    word = "".join(chr(ord("a") + n % 26) for n in range(9000))
    order = work_order() | {"lines": [line(1), line(2, description=word), line(3)]}
    shown = pages(order)
    assert len(shown) > 2
    assert all(HEADER in page for page in shown[:3])
    assert word in content(order).replace(squeezed("2 18.500,00 0,00 37.000,00"), "")


@pytest.mark.parametrize("start", [18, 26, 34])
def test_totals_stay_together_with_the_last_rows(start):
    for lines in range(start, start + 8):
        (page,) = [text for text in pages(work_order(lines)) if "Saldo" in text]
        for word in ("Total ", "Anticipo", "Estado de pago", f"HP 26/{lines:03d}", f"HP 26/{lines - 1:03d}"):
            assert word in page


def test_heading_is_never_the_last_thing_on_a_page():
    for lines in range(20, 34):
        for page in pages(work_order(lines, observations="primera\nsegunda\ntercera")):
            assert ("Observaciones" in page) == ("primera" in page)
            assert ("primera" in page) == ("segunda" in page)


@pytest.mark.parametrize("length", [1, 400, 10_000])
def test_nothing_is_printed_in_the_margins(length):
    long = ("Ñandú-W" * 1500)[:length]
    order = work_order(
        3,
        number=long,
        observations=long,
        laboratory=laboratory(name=long, address=long, phone=long, footer=long),
        client=client(name=long, licence=long, email=long),
    )
    order["lines"][1] |= {"protocol": long, "patient": long, "description": long, "unit_price": "9" * 60}
    for x_min, y_min, x_max, y_max in boxes(order):
        assert x_min >= MARGIN_PT
        assert y_min >= MARGIN_PT - 1
        assert x_max <= 595.3 - MARGIN_PT
        assert y_max <= 841.9 - MARGIN_PT + 3


def boxes(order):
    """The corners of every printed word, in points from the top left."""
    drawn = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=render(order, {}), capture_output=True, check=True
    )
    return [tuple(map(float, box)) for box in WORD_BOX.findall(drawn.stdout.decode())]


def test_very_long_names_print_whole():
    name = "Sociedad de Fomento " * 60
    text = copied(render(work_order(2, client=client(name=name)), {}))
    assert squeezed(printable(name)) in text
