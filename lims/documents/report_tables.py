"""Tables of a report: rows that never split, under a header row that repeats on each page."""

from collections.abc import Sequence

from lims.documents.fonts import REGULAR, SEMIBOLD
from lims.documents.layout import Block, Rule, Style
from lims.documents.report_layout import MAIN_PT
from lims.documents.typesetting import MEASURE_PT, MM, Column

CELL = Style(REGULAR, 9.5, 12.4)
FIRST_CELL = Style(SEMIBOLD, 9.5, 12.4)
HEAD = Style(REGULAR, 8.5, 11)
PAD_PT = 2.0
GAP_PT = 3 * MM


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> list[Block]:
    """The header row and a block for each row; `shares` are the columns' parts of the width."""
    places = _places(shares)
    head = _row(titles, places, [HEAD] * len(titles), weight_pt=0.6)
    head.keep_with_next = True
    styles = [FIRST_CELL] + [CELL] * (len(titles) - 1)
    blocks = [_row(cells, places, styles) for cells in rows]
    for block in blocks:
        block.heads_pages = head
    return [head, *blocks] if blocks else []


def pairs(rows: Sequence[tuple[str, str]], share: float = 0.4) -> list[Block]:
    """A table without a header row: what, and its answer."""
    places = _places((share, 1 - share))
    return [_row(row, places, [CELL, FIRST_CELL]) for row in rows]


def _places(shares: Sequence[float]) -> list[tuple[float, float]]:
    room = MEASURE_PT - GAP_PT * (len(shares) - 1)
    widths = [room * share / sum(shares) for share in shares]
    return [(MAIN_PT + sum(widths[:n]) + n * GAP_PT, width) for n, width in enumerate(widths)]


def _row(
    cells: Sequence[str], places: list[tuple[float, float]], styles: list[Style], weight_pt: float = 0.3
) -> Block:
    columns = [
        Column(x, width, down_pt=PAD_PT).add(cell, style)
        for cell, (x, width), style in zip(cells, places, styles, strict=True)
    ]
    down = max(column.down_pt for column in columns) + PAD_PT
    texts = [text for column in columns for text in column.texts]
    grey = 0.0 if weight_pt > 0.5 else 0.6
    return Block(down, texts, [Rule(MAIN_PT, MAIN_PT + MEASURE_PT, down, weight_pt, grey)])
