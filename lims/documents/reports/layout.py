"""What reports are set in: two axes, a narrow one for headings and labels, a wide one for what they say."""

from collections.abc import Iterable
from dataclasses import replace

from lims.documents.paper.fonts import REGULAR, SEMIBOLD
from lims.documents.paper.formats import unbroken
from lims.documents.paper.layout import Block, Rule, Style, Text, shifted
from lims.documents.paper.text import printable, printable_line, wrap
from lims.documents.paper.typesetting import LEFT_PT, MEASURE_PT, MM, RIGHT_PT, Column

MAIN_PT = RIGHT_PT - MEASURE_PT
SIDE_WIDTH_PT = MAIN_PT - LEFT_PT - 4 * MM
SECTION_GAP_PT = 9.0
SECTION_PAD_PT = 5.0

TEXT = Style(REGULAR, 10, 13.4)
STRONG = Style(SEMIBOLD, 10, 13.4)
SIDE = Style(SEMIBOLD, 10, 13.4)
HEADLINE = Style(SEMIBOLD, 12.5, 16.5)
LABEL = Style(REGULAR, 9, 13.4)
NOTE = Style(REGULAR, 8.5, 11.4)


def lines(text: str, style: Style = TEXT, x_pt: float = MAIN_PT, room_pt: float = MEASURE_PT) -> list[Block]:
    """A text with its author's line breaks, a block a line, so that it goes on over pages.

    No first or last line of it stands alone on a page.
    """
    shown = unbroken(printable(text)).strip("\n")
    if not shown.strip():
        return []
    set_lines = wrap(shown, style.font, style.size_pt, room_pt)
    blocks = [Block(style.leading_pt, [Text(x_pt, style.baseline_pt, style, line)]) for line in set_lines]
    return together(blocks)


def together(blocks: list[Block]) -> list[Block]:
    """The blocks, the first two and the last two of them on one page."""
    for position in (0, -2):
        if len(blocks) > 1:
            blocks[position].keep_with_next = True
    return blocks


def section(title: str, blocks: Iterable[Block], *, weight_pt: float = 0.4, note: str = "") -> list[Block]:
    """The blocks with a heading in the side column, under a rule, in the bookmarks; nothing for no blocks."""
    shown = list(blocks)
    if not shown:
        return []
    side = Column(LEFT_PT, SIDE_WIDTH_PT).add(title, SIDE).add(printable_line(note), NOTE)
    _make_room_beside(side, shown)
    shown[0] = _headed(shown[0], side.texts, title, weight_pt)
    return shown


def _make_room_beside(side: Column, blocks: list[Block]) -> None:
    """Keep as many blocks together as stand beside the heading, and make the last as high as it needs."""
    reached = 0.0
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        reached += block.height_pt
        if reached >= side.down_pt:
            return
        if following:
            block.keep_with_next = True
        else:
            block.height_pt += side.down_pt - reached


def _headed(first: Block, heading: list[Text], title: str, weight_pt: float) -> Block:
    down = SECTION_GAP_PT + SECTION_PAD_PT
    grey = 0.0 if weight_pt > 0.5 else 0.6
    rule = Rule(LEFT_PT, RIGHT_PT, SECTION_GAP_PT, weight_pt, grey)
    headed = shifted(replace(first, texts=[*heading, *first.texts]), down)
    return replace(headed, rules=[rule, *headed.rules], bookmark=title, air_pt=SECTION_GAP_PT)
