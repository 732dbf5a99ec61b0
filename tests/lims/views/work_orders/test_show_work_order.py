"""The page of one order: what each role sees, and what it costs."""

from decimal import Decimal

import pytest

from lims.services.work_orders.work_orders import cancel_work_order, change_work_order
from tests import factories

# Session, user, order, count of lines, lines, count of notifications; the laboratory's history on top.
STATEMENTS_VET, STATEMENTS_LABORATORY = 6, 7


@pytest.mark.parametrize("lines", [10, 2_000])
@pytest.mark.parametrize("query", ["", "?lines=all"])
def test_statements_do_not_grow_with_the_lines(lines, query, ana, bruno, browser, django_assert_num_queries):
    order = factories.issued_order(ana, bruno.veterinarian, lines)
    for user, statements in ((bruno, STATEMENTS_VET), (ana, STATEMENTS_LABORATORY)):
        client = browser(user)
        with django_assert_num_queries(statements):
            assert client.get(f"/work-orders/{order.pk}/{query}").status_code == 200


def test_long_order_shows_its_first_lines_and_all_on_request(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian, lines=101)
    client = browser(bruno)
    first = client.get(f"/work-orders/{order.pk}/").content.decode()
    assert (first.count("Firulais"), "?lines=all" in first) == (100, True)
    whole = client.get(f"/work-orders/{order.pk}/?lines=all").content.decode()
    assert (whole.count("Firulais"), "?lines=all" in whole) == (101, False)


def test_vet_sees_totals_and_the_pdf_but_no_form_and_no_history(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian, lines=2)
    page = browser(bruno).get(f"/work-orders/{order.pk}/").content.decode()
    assert "$\xa02.000,00" in page
    assert f'href="/work-orders/{order.pk}/pdf/"' in page
    for absent in ('name="advance"', "Historial", "/cancel/", "/issue/", ana.email):
        assert absent not in page


def test_laboratory_sees_who_changed_what_when(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    change_work_order(
        ana, order.pk, order.lock_version, advance=Decimal("400.00"), billing_vat_condition="exempt"
    )
    page = browser(ana).get(f"/work-orders/{order.pk}/").content.decode()
    assert "Ana Suárez" in page
    assert "$\xa00,00" in page and "$\xa0400,00" in page
    assert "Consumidor final" in page and "Exento" in page


def test_hostile_text_is_text(ana, bruno, browser):
    hostile = "<script>alert(1)</script> R&D <b>"
    order = factories.issued_order(ana, bruno.veterinarian, billing_name=hostile, observations=hostile)
    page = browser(ana).get(f"/work-orders/{order.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; R&amp;D &lt;b&gt;" in page


def test_cancelled_order_says_why_and_offers_no_change(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    cancel_work_order(ana, order.pk, "Duplicada")
    page = browser(ana).get(f"/work-orders/{order.pk}/").content.decode()
    assert "Duplicada" in page
    assert 'name="advance"' not in page and "/cancel/" not in page


def test_english_reader_gets_english(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian, lines=2)
    bruno.language = "en"
    bruno.save()
    answer = browser(bruno).get(f"/work-orders/{order.pk}/")
    page = answer.content.decode()
    assert answer["Content-Language"] == "en"
    assert "Open PDF" in page and "ARS\xa02,000.00" in page and "Abrir" not in page
