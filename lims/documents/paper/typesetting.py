"""Text set into lines: columns, headings, prose. Where they fall on a page is layout's business."""

from lims.documents.paper.fonts import REGULAR, SEMIBOLD, font
from lims.documents.paper.layout import Block, Style, Text
from lims.documents.paper.text import printable, printable_line, wrap

MM = 72 / 25.4
PAGE_WIDTH_PT, PAGE_HEIGHT_PT = 210 * MM, 297 * MM
LEFT_PT, RIGHT_PT = 18 * MM, 192 * MM
CONTENT_WIDTH_PT = RIGHT_PT - LEFT_PT
# At most 90 characters a line.
MEASURE_PT = 140 * MM

BODY = Style(REGULAR, 9.5, 12.4)
STRONG = Style(SEMIBOLD, 9.5, 12.4)
NAME = Style(SEMIBOLD, 11, 14.3)
SMALL = Style(REGULAR, 9, 11.7)
FINE = Style(REGULAR, 7.5, 9.75)
HEADING = Style(SEMIBOLD, 9.5, 12.4)


def width_pt(text: str, style: Style) -> float:
    """The printed width of a printable text."""
    return font(style.font).width_pt(text, style.size_pt)


def shortened(text: str, style: Style, room_pt: float) -> str:
    """The text in one line of that width, with an ellipsis if it does not fit; for repeated heads only."""
    line = printable_line(text)
    if width_pt(line, style) <= room_pt:
        return line
    return wrap(line[:400], style.font, style.size_pt, room_pt - width_pt("…", style))[0] + "…"


def shortened_together(texts: list[str], style: Style, room_pt: float) -> list[str]:
    """The texts, which share that width: the longest of them are shortened, and no more than they must."""
    left, most = room_pt, room_pt
    for n, width in enumerate(sorted(width_pt(printable_line(text), style) for text in texts)):
        most = left / (len(texts) - n)
        if width > most:
            break
        left -= width
        most = room_pt
    return [shortened(text, style, most) for text in texts]


class Column:
    """Lines of text under one another in one width; `down_pt` is where the next one starts."""

    def __init__(self, x_pt: float, room_pt: float, *, right: bool = False, down_pt: float = 0.0) -> None:
        self.x_pt, self.room_pt, self.right, self.down_pt = x_pt, room_pt, right, down_pt
        self.texts: list[Text] = []

    def add(self, text: str | None, style: Style, *, before_pt: float = 0.0) -> "Column":
        """Set the text below what is there; an empty one takes no room."""
        shown = printable(text or "").strip("\n")
        if shown.strip():
            self.down_pt += before_pt
            for line in wrap(shown, style.font, style.size_pt, self.room_pt):
                self._set(line, style)
        return self

    def _set(self, line: str, style: Style) -> None:
        x_pt = self.x_pt + (self.room_pt - width_pt(line, style) if self.right else 0)
        self.texts.append(Text(x_pt, self.down_pt + style.baseline_pt, style, line))
        self.down_pt += style.leading_pt


def heading(text: str) -> Block:
    """A section's title, kept with what follows, in the bookmarks."""
    column = Column(LEFT_PT, CONTENT_WIDTH_PT, down_pt=15).add(text, HEADING)
    return Block(column.down_pt + 2, column.texts, keep_with_next=True, bookmark=text)


def prose(title: str, text: str | None) -> list[Block]:
    """A titled text with its author's line breaks, a block a line; nothing at all for an empty text."""
    column = Column(LEFT_PT, MEASURE_PT).add(text, BODY)
    lines = [_line(set_line) for set_line in column.texts]
    for position in (0, -2):  # no first or last line alone on a page
        if len(lines) > 1:
            lines[position].keep_with_next = True
    return [heading(title), *lines] if lines else []


def _line(text: Text) -> Block:
    style = text.style
    return Block(style.leading_pt, [text._replace(down_pt=style.baseline_pt)])
