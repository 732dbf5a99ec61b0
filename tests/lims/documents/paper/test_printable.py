"""Which graphemes print, which are replaced, and what a form is told of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.documents.paper.text import printable, printable_line, unprintable


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ñandú <5/10 HPF> R&D µ≥→α✓", "Ñandú <5/10 HPF> R&D µ≥→α✓"),
        ("n\u0303", "ñ"),
        ("q\u0303", "q\u0303"),
        ("\u2126", "\u2126"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\tb\u2003c", "a    b c"),
        ("👨‍👩‍👧‍👦🇦🇷👍🏽", "\ufffd\ufffd\ufffd"),
        ("שלום", "\ufffd" * 4),
        ("\u200b\u200d\x07", "\ufffd\ufffd\ufffd"),
        ("\udfff", "\ufffd"),
        ("", ""),
    ],
)
def test_printable_text(typed, shown):
    assert printable(typed) == shown


def test_printable_line_has_one_line():
    assert printable_line("a\r\nb\nc") == "a b c"


def test_unprintable_names_each_grapheme_once_in_order():
    assert unprintable("a😀b👩‍👩‍👧😀ש\n\t ñ") == ["😀", "👩‍👩‍👧", "ש"]
    assert unprintable("Ñandú\r\n<5/10>") == []


@given(st.text())
def test_printing_what_prints_changes_nothing(typed):
    assert printable(printable(typed)) == printable(typed)


@given(st.text())
def test_warning_and_replacement_agree(typed):
    assert bool(unprintable(typed)) == ("\ufffd" in printable(typed.replace("\ufffd", "")))
