"""Money, numbers and days in the reader's format."""

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from lims.documents.paper.formats import day, money, number, quantity

LOCALES = {"es": "es_AR", "en": "en"}


@pytest.mark.parametrize(
    ("amount", "spanish", "english"),
    [
        ("1234.50", "$ 1.234,50", "ARS 1,234.50"),
        ("0.00", "$ 0,00", "ARS 0.00"),
        ("-12.30", "-$ 12,30", "-ARS 12.30"),
        ("1234567890.00", "$ 1.234.567.890,00", "ARS 1,234,567,890.00"),
    ],
)
def test_money_has_its_currency_before_it(amount, spanish, english):
    assert money(amount, "es").replace("\u00a0", " ") == spanish
    assert money(amount, "en").replace("\u00a0", " ") == english


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(["es", "en"]))
def test_number_agrees_with_the_locale_data(amount, language):
    expected = format_decimal(amount, "#,##0.00;-#,##0.00", locale=LOCALES[language])
    assert number(str(amount), language) == expected


@pytest.mark.parametrize(("amount", "shown"), [("1", "1"), ("2.50", "2,5"), ("3.00", "3"), ("1000", "1.000")])
def test_quantity_has_only_the_decimals_it_needs(amount, shown):
    assert quantity(amount, "es") == shown


def test_day_is_in_words():
    assert day("2026-11-23", "es") == "23 de noviembre de 2026"
    assert day("2026-11-23", "en") == "November 23, 2026"


def test_amount_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="a retry does not help"):
        number("1,5", "es")
