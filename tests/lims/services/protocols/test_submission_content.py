"""What becomes of the rows of specimens that a vet typed, whatever they typed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lims.services.protocols.submission_content import OFFERED, Content, SpecimenRow, cleaned

TEXTS = st.text(max_size=8)
ROWS = st.lists(
    st.builds(
        SpecimenRow,
        row=st.integers(0, 99),
        label=st.sampled_from(["", "A", "B", "Bazo", " A ", "1"]) | TEXTS,
        site=TEXTS,
        side=st.sampled_from(["", "left"]),
        procedure=TEXTS,
        pieces=st.integers(1, 3),
    ),
    max_size=30,
)


@given(ROWS)
def test_what_is_stored_is_stored_again_as_it_is(rows):
    once = cleaned(Content(specimens=rows))
    assert cleaned(once) == once


@given(ROWS)
def test_no_row_with_something_in_it_is_lost_and_no_other_is_kept(rows):
    kept = {id(row) for row in rows if _has_text(row)}
    assert len(cleaned(Content(specimens=rows)).specimens) == len(kept)


@given(ROWS)
def test_every_row_has_a_label_and_none_is_given_twice(rows):
    typed = [replace(row, row=number) for number, row in enumerate(rows)]
    stored = cleaned(Content(specimens=typed)).specimens
    assert all(row.label for row in stored)
    given_ones = [row.label for row in stored if not _clean(typed[row.row].label)]
    others = {row.label for row in stored if _clean(typed[row.row].label)}
    assert len(set(given_ones)) == len(given_ones)
    assert not others.intersection(given_ones)


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _has_text(row: SpecimenRow) -> bool:
    texts = _clean(row.site) + _clean(row.procedure)
    return bool(texts or row.side or row.pieces > 1 or not OFFERED.fullmatch(_clean(row.label)))
