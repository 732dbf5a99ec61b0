"""Tables of a report: rows that never split, under a header row that repeats on each page."""

from collections.abc import Sequence

from lims.documents.paper.fonts import REGULAR, SEMIBOLD
from lims.documents.paper.formats import unbroken
from lims.documents.paper.layout import Block, Rule, Style
from lims.documents.paper.typesetting import MEASURE_PT, MM, Column
from lims.documents.reports.layout import MAIN_PT, together

CELL = Style(REGULAR, 9.5, 12.4)
STRONG_CELL = Style(SEMIBOLD, 9.5, 12.4)
HEAD = Style(REGULAR, 8.5, 11.2)
PAD_PT = 2.0
GAP_PT = 3 * MM
HAIRLINE_PT, HEAD_RULE_PT = 0.3, 0.6
GREY = 0.6


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> list[Block]:
    """The header row and a block for each row; `shares` are the columns' parts of the width."""
    places = _places(shares)
    head = _row(titles, places, [HEAD] * len(titles))
    head.keep_with_next = True
    styles = [STRONG_CELL] + [CELL] * (len(titles) - 1)
    blocks = together([_row(cells, places, styles) for cells in rows])
    for number, block in enumerate(blocks):
        block.heads_pages = head
        _rule_above(block, HAIRLINE_PT if number else HEAD_RULE_PT)
    return [head, *blocks] if blocks else []


def pairs(rows: Sequence[tuple[str, str]], share: float, style: Style = CELL) -> list[Block]:
    """A table without a header row: what, and its answer in that style."""
    places = _places((share, 1 - share))
    blocks = [_row(row, places, [CELL, style]) for row in rows]
    for block in blocks[1:]:
        _rule_above(block, HAIRLINE_PT)
    return together(blocks)


def _places(shares: Sequence[float]) -> list[tuple[float, float]]:
    room = MEASURE_PT - GAP_PT * (len(shares) - 1)
    widths = [room * share / sum(shares) for share in shares]
    return [(MAIN_PT + sum(widths[:n]) + n * GAP_PT, width) for n, width in enumerate(widths)]


def _row(cells: Sequence[str], places: list[tuple[float, float]], styles: list[Style]) -> Block:
    columns = [
        Column(x, width, down_pt=PAD_PT).add(unbroken(cell), style)
        for cell, (x, width), style in zip(cells, places, styles, strict=True)
    ]
    down = max(column.down_pt for column in columns) + PAD_PT
    return Block(down, [text for column in columns for text in column.texts])


def _rule_above(block: Block, weight_pt: float) -> None:
    grey = GREY if weight_pt == HAIRLINE_PT else 0.0
    block.rules.append(Rule(MAIN_PT, MAIN_PT + MEASURE_PT, 0, weight_pt, grey))
