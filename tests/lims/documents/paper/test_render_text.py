"""Text copies out of a paper as it was typed, whatever was typed, and what the font lacks as one U+FFFD."""

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.documents.paper.fonts import characters
from lims.documents.work_orders.drawing import render
from tests.drills.length import examples
from tests.lims.documents.papers import content, copied, squeezed, work_order

HOSTILE = "aé\u0301\u0302\u200d\u202e\ufe0f\n\r\t\x00<>&;%()\\{}👩🏽😀שع \u00a0\u0361µ≥"
FIELDS = (
    ("observations",),
    ("terms",),
    ("number",),
    ("laboratory", "name"),
    ("laboratory", "address"),
    ("laboratory", "footer"),
    ("client", "name"),
    ("client", "licence"),
    ("lines", 0, "protocol"),
    ("lines", 0, "patient"),
    ("lines", 0, "description"),
)
texts = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE)), max_size=50)


def expected(typed: str) -> str:
    """The rule, said again: each grapheme as typed or composed where the font has it, else one U+FFFD."""
    return squeezed("".join(map(_expected_grapheme, regex.findall(r"\X", typed))))


def _expected_grapheme(grapheme: str) -> str:
    composed = unicodedata.normalize("NFC", grapheme)
    if grapheme.isspace() or (len(grapheme) == 1 and grapheme in characters()):
        return grapheme
    return composed if set(composed) <= characters() else "\ufffd"


def printed(typed: str, field: tuple = ("observations",)) -> str:
    """All that copies out of an order that has the text in that field."""
    order = work_order(2)
    holder = order
    for step in field[:-1]:
        holder = holder[step]
    holder[field[-1]] = typed
    return copied(render(order, {}))


@settings(max_examples=examples(20), deadline=None, database=None)
@given(texts, st.sampled_from(FIELDS))
def test_any_text_in_any_field_copies_out(typed, field):
    assert expected(typed) in printed(typed, field)


@pytest.mark.parametrize("field", FIELDS, ids=str)
@pytest.mark.parametrize(
    "typed",
    ["<5/10 HPF>", "R&D &amp; &#65;", "<b>x</b>", "<img src='a.png'/>", "<!-- x", "a<br/>b", "(\\)("],
)
def test_markup_prints_as_typed(typed, field):
    assert squeezed(typed) in printed(typed, field)


def test_every_character_of_the_font_copies_out():
    shown = "\n".join(f"[x{c}]" for c in sorted(characters()) if not c.isspace())
    assert squeezed(shown) in content(work_order(0, observations=shown))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a👩‍👩‍👧b", "a\ufffdb"),
        ("aשלb", "a\ufffd\ufffdb"),
        ("a\u0301", "á"),
        ("x\u0302", "x\u0302"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\U0001f16a", "\U0001f16a"),
    ],
)
def test_replacement_is_one_per_grapheme(typed, shown):
    assert f"[{shown}]" in printed(f"[{typed}]")


def test_word_of_four_thousand_characters_breaks():
    word = "".join(chr(ord("a") + n % 26) for n in range(4000))
    assert word in content(work_order(1, observations=word))
