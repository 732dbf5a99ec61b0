"""The walk of the first flow: log in, list, open cold, open again; a stranger; an advance and its balance."""

import io

import pytest
from pypdf import PdfReader

import pdfcache.cache
from tests.browser.arriving import arrived

pytestmark = pytest.mark.django_db(transaction=True)


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_cold_open_waits_and_then_gives_the_pdf(site, cold_order, bruno, log_in_by_form):
    page = log_in_by_form(site, bruno)
    answers = []
    page.on("response", lambda answer: answers.append((answer.status, answer.headers.get("x-pdf-cache"))))
    pdf = arrived(page, page.get_by_label(f"PDF de {cold_order.number}").click)
    assert (202, "miss") in answers
    assert (302, "hit") in answers
    assert cold_order.number in text(pdf)


def test_second_open_is_a_hit_without_a_waiting_page(site_without_workers, cold_order, bruno, log_in):
    pdfcache.cache.fill("work-order", cold_order.pk)
    page = log_in(site_without_workers, bruno)
    answers = []
    page.on("response", lambda answer: answers.append(answer.status))
    pdf = arrived(page, page.get_by_label(f"PDF de {cold_order.number}").click)
    assert 302 in answers and 202 not in answers
    assert cold_order.number in text(pdf)


def test_stranger_gets_404(site_without_workers, cold_order, carla, log_in):
    page = log_in(site_without_workers, carla, "")
    for path in (f"/work-orders/{cold_order.pk}/pdf/", f"/work-orders/{cold_order.pk}/"):
        assert page.goto(path).status == 404


def test_advance_shows_in_the_next_open(site, cold_order, ana, bruno, log_in):
    reader = log_in(site, bruno)
    before = arrived(reader, reader.get_by_label(f"PDF de {cold_order.number}").click)
    assert "$ 10.000,00" in text(before).replace("\xa0", " ")
    editor = log_in(site, ana, f"/work-orders/{cold_order.pk}/")
    editor.get_by_label("Anticipo").fill("4.000,50")
    editor.get_by_role("button", name="Guardar").click()
    editor.get_by_role("status").wait_for()
    reader.go_back()
    after = arrived(reader, reader.get_by_label(f"PDF de {cold_order.number}").click)
    assert "5.999,50" in text(after)
