"""Blocks fall onto pages in order, whole where they fit, with their repeated heads."""

from hypothesis import given
from hypothesis import strategies as st

from lims.documents.paper.layout import Block, Rule, Style, Text, flow

STYLE = Style("any", 8, 10)


def block(lines: int, name: str = "", **options) -> Block:
    """A block of that many lines of 10 points each."""
    texts = [Text(0, n * 10 + STYLE.baseline_pt, STYLE, f"{name}.{n}") for n in range(lines)]
    return Block(lines * 10, texts, **options)


def lines_on(pages) -> list[list[str]]:
    """The lines of each page, from top to bottom."""
    return [[text.text for placed in page for text in placed.block.texts] for page in pages]


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), max_size=30))
def test_every_line_is_placed_once_in_order_and_inside_its_page(shapes):
    blocks = [block(lines, str(n), keep_with_next=keep) for n, (lines, keep) in enumerate(shapes)]
    pages = flow(blocks, 120, 80)
    assert [line for page in lines_on(pages) for line in page] == [t.text for b in blocks for t in b.texts]
    for number, page in enumerate(pages):
        for down, placed in page:
            assert down + max(text.down_pt for text in placed.texts) <= (80.01 if number else 120.01)


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=30))
def test_block_that_fits_a_page_is_never_split(shapes):
    blocks = [block(lines, str(n), keep_with_next=keep) for n, (lines, keep) in enumerate(shapes)]
    placed = [each.block for page in flow(blocks, 140, 120) for each in page]
    assert placed == blocks


def test_block_kept_with_the_next_moves_with_it():
    pages = flow([block(5, "a"), block(1, "b", keep_with_next=True), block(3, "c")], 80, 100)
    assert lines_on(pages)[1] == ["b.0", "c.0", "c.1", "c.2"]


def test_head_repeats_where_its_rows_start_a_page():
    head = block(1, "head")
    pages = flow([head, *(block(1, str(n), heads_pages=head) for n in range(12))], 50, 50)
    assert [page[0] for page in lines_on(pages)] == ["head.0"] * 3


def test_row_taller_than_a_page_goes_on_under_its_head():
    head = block(1, "head")
    pages = lines_on(flow([head, block(12, "row", heads_pages=head)], 60, 60))
    assert [len(page) for page in pages] == [6, 6, 3]
    assert [page[0] for page in pages] == ["head.0"] * 3


def test_split_block_keeps_its_bookmark_on_its_first_part():
    pages = flow([block(12, "a", bookmark="A")], 60, 60)
    assert [placed.block.bookmark for page in pages for placed in page] == ["A", ""]


def test_air_and_its_rules_fall_away_at_the_top_of_a_later_page():
    parted = Block(40, [Text(0, 30, STYLE, "b")], [Rule(0, 9, 10, 1), Rule(0, 9, 40, 1)], air_pt=10)
    first, second = flow([parted, Block(60), parted], 120, 100)
    assert [placed.block.height_pt for placed in first] == [40, 60]
    ((_, block),) = second
    assert block.height_pt == 30
    assert [text.down_pt for text in block.texts] == [20]
    assert [rule.down_pt for rule in block.rules] == [30]
