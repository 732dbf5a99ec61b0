"""Amounts as people type them."""

from decimal import Decimal

import pytest
from babel.numbers import NumberFormatError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lims.forms.kit.fields import MoneyField, parse_money

AMOUNTS = st.decimals(0, Decimal("999999999999.99"), places=2)


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("es", "1.234,50", "1234.50"),
        ("es", "1234,5", "1234.5"),
        ("es", "1.234", "1234"),
        ("es", "1234", "1234"),
        ("es", "1234.50", "1234.50"),
        ("es", "$ 1.234,50", "1234.50"),
        ("es", "-5", "-5"),
        ("en", "1,234.50", "1234.50"),
        ("en", "1,234", "1234"),
        ("en", "1234,50", "1234.50"),
        ("en", "ARS 1,234.50", "1234.50"),
    ],
)
def test_amount_is_read_as_its_reader_means_it(language, text, amount):
    with translation.override(language):
        assert parse_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1.23.4",
        "1,2,3",
        "12,345,67",
        "NaN",
        "Infinity",
        "1e5",
        "--1",
        "1,234.5.6",
        "999." * 9 + "999",
    ],
)
def test_what_may_mean_two_things_is_refused(text):
    with translation.override("es"), pytest.raises(NumberFormatError):
        parse_money(text)


@given(AMOUNTS, st.sampled_from(["es", "en"]))
def test_amount_that_is_shown_reads_back_the_same(amount, language):
    with translation.override(language):
        field = MoneyField()
        assert field.clean(field.prepare_value(amount)) == amount


def test_more_than_two_decimals_are_refused():
    from django.core.exceptions import ValidationError

    with translation.override("es"), pytest.raises(ValidationError):
        MoneyField().clean("1,005")
