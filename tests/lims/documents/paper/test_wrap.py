"""Lines fit their width and together hold the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.documents.paper.fonts import REGULAR, font
from lims.documents.paper.text import wrap
from lims.documents.paper.typesetting import FINE, shortened_together, width_pt

SIZE_PT = 9.5
letters = st.sampled_from("iWñ -/.\n")


@given(st.text(letters, max_size=200), st.floats(12, 200))
def test_lines_fit_and_lose_nothing(text, width_pt):
    lines = wrap(text, REGULAR, SIZE_PT, width_pt)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(font(REGULAR).width_pt(line, SIZE_PT) <= width_pt + 0.01 for line in lines)


def test_author_line_breaks_and_indents_stay():
    assert wrap("uno\n\n  dos", REGULAR, SIZE_PT, 100) == ["uno", "", "  dos"]


def test_long_word_is_cut_behind_punctuation():
    assert wrap("laboratorio/histopatologia", REGULAR, SIZE_PT, 60)[0] == "laboratorio/"


def test_cut_never_separates_a_combining_mark():
    lines = wrap("x\u0302" * 50, REGULAR, SIZE_PT, 30)
    assert len(lines) > 5
    assert not any(line.startswith("\u0302") for line in lines)


@pytest.mark.parametrize("text", [" " * 10_000, "\n" * 10_000, " " * 9_999 + "x", "x " * 5_000, "x" * 10_000])
def test_largest_field_wraps(text):
    assert len(wrap(text, REGULAR, SIZE_PT, 80)) <= 10_001


def test_width_narrower_than_a_character_still_ends():
    assert wrap("WWW", REGULAR, SIZE_PT, 1) == ["W", "W", "W"]


@pytest.mark.parametrize(
    ("texts", "cut"),
    [
        (["a", "b", "c"], []),
        (["a" * 99, "b", "c"], [0]),
        (["a" * 99, "b", "c" * 99], [0, 2]),
        (["a" * 99, "b" * 99, "c" * 99], [0, 1, 2]),
    ],
)
def test_texts_that_share_a_width_are_cut_no_more_than_they_must(texts, cut):
    fitted = shortened_together(texts, FINE, 70)
    assert [n for n, text in enumerate(fitted) if "…" in text] == cut
    used = sum(width_pt(text, FINE) for text in fitted)
    assert used <= 70
    assert not cut or used > 70 - 5 * len(cut)
