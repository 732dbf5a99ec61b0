"""The table of a work order: one row a line, its columns as wide as this order needs."""

from collections.abc import Mapping

from lims.documents.paper.fonts import REGULAR, SEMIBOLD, font
from lims.documents.paper.formats import number, quantity
from lims.documents.paper.layout import Block, Rule, Style, Text
from lims.documents.paper.text import printable_line, wrap
from lims.documents.paper.typesetting import BODY, CONTENT_WIDTH_PT, LEFT_PT, MM, RIGHT_PT, Column

CELL = Style(REGULAR, 9, 11.7)
HEAD = Style(SEMIBOLD, 8, 10.4)
PAD_PT = 2.3
GAP_PT = 2.6 * MM
COLUMNS = ("protocol", "patient", "description", "quantity", "unit_price", "discount", "subtotal")
DESCRIPTION = COLUMNS.index("description")
FIRST_NUMBER = COLUMNS.index("quantity")
MOST_PT = (24 * MM, 30 * MM, None, 16 * MM, 26 * MM, 26 * MM, 28 * MM)
# Rows that stay with the totals, so that these never stand alone on a page.
ROWS_WITH_TOTALS = 2


def table(lines: list[Mapping], words: Mapping[str, str], language: str) -> list[Block]:
    """The header row and a block for each line; the header repeats wherever a row starts a page."""
    rows = [_cells(line, language) for line in lines]
    grid = _Grid(rows, [words[key] for key in COLUMNS])
    head = grid.head()
    blocks = [grid.row(row, head) for row in rows] or [_nothing(words["no_lines"])]
    for block in blocks[-ROWS_WITH_TOTALS:]:
        block.keep_with_next = True
    return [head, *blocks]


def _cells(line: Mapping, language: str) -> tuple[str, ...]:
    return (
        printable_line(line["protocol"] or ""),
        printable_line(line["patient"] or ""),
        printable_line(line["description"] or ""),
        quantity(line["quantity"], language),
        number(line["unit_price"], language),
        number(line["discount"], language),
        number(line["subtotal"], language),
    )


def _nothing(text: str) -> Block:
    column = Column(LEFT_PT, CONTENT_WIDTH_PT, down_pt=4).add(text, BODY)
    return Block(column.down_pt + 4, column.texts)


def _rule(down_pt: float, weight_pt: float, grey: float = 0.0) -> Rule:
    return Rule(LEFT_PT, RIGHT_PT, down_pt, weight_pt, grey)


class _Grid:
    def __init__(self, rows: list[tuple[str, ...]], titles: list[str]) -> None:
        self.titles = titles
        self.widths = self._fitting(rows)
        self.lefts = [LEFT_PT + sum(self.widths[:n]) + n * GAP_PT for n in range(len(COLUMNS))]
        self.rights = [left + width for left, width in zip(self.lefts, self.widths, strict=True)]
        self.width_pt = font(REGULAR).width_pt

    def _fitting(self, rows: list[tuple[str, ...]]) -> list[float]:
        widths = [self._needed(n, rows) for n in range(len(COLUMNS))]
        widths[DESCRIPTION] = CONTENT_WIDTH_PT - sum(widths) - GAP_PT * (len(COLUMNS) - 1)
        return widths

    def _needed(self, column: int, rows: list[tuple[str, ...]]) -> float:
        most = MOST_PT[column]
        if most is None:
            return 0.0
        title = font(HEAD.font).width_pt(self.titles[column], HEAD.size_pt)
        width_of = font(CELL.font).width_pt
        texts = {row[column] for row in rows}
        widest = max((width_of(text, CELL.size_pt) for text in texts), default=0.0)
        return min(max(title, widest), most) + 0.01

    def head(self) -> Block:
        down = PAD_PT + 1
        texts = [self._placed(n, title, HEAD, down) for n, title in enumerate(self.titles)]
        height = down + HEAD.leading_pt + PAD_PT
        return Block(height, texts, [_rule(0, 0.8), _rule(height, 0.8)], keep_with_next=True)

    def row(self, cells: tuple[str, ...], head: Block) -> Block:
        size = CELL.size_pt
        baseline = PAD_PT + CELL.baseline_pt
        texts: list[Text] = []
        lines = 1
        for n, text in enumerate(cells):
            width = self.width_pt(text, size)
            if width <= self.widths[n]:
                x = self.rights[n] - width if n >= FIRST_NUMBER else self.lefts[n]
                texts.append(Text(x, baseline, CELL, text))
            else:
                wrapped = self._wrapped(n, text)
                texts += wrapped
                lines = max(lines, len(wrapped))
        height = lines * CELL.leading_pt + 2 * PAD_PT
        return Block(height, texts, [_rule(height, 0.4, 0.7)], heads_pages=head)

    def _wrapped(self, column: int, text: str) -> list[Text]:
        lines = wrap(text, CELL.font, CELL.size_pt, self.widths[column])
        return [
            self._placed(column, line, CELL, PAD_PT + n * CELL.leading_pt) for n, line in enumerate(lines)
        ]

    def _placed(self, column: int, text: str, style: Style, down_pt: float) -> Text:
        x = self.lefts[column]
        if column >= FIRST_NUMBER:
            x = self.rights[column] - font(style.font).width_pt(text, style.size_pt)
        return Text(x, down_pt + style.baseline_pt, style, text)
