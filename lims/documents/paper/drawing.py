"""The shared look of our papers: page frame, letterhead, running head, footer, mark.

Text never passes a markup parser: it is set by `typesetting`, escaped by `fonts`, and drawn here.
"""

import datetime
import io
from collections.abc import Mapping

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from lims.documents.paper import images
from lims.documents.paper.fonts import REGULAR, SEMIBOLD, font
from lims.documents.paper.layout import Block, Picture, Rule, Style, flow
from lims.documents.paper.page import Frame, Page
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import (
    BODY,
    LEFT_PT,
    MM,
    PAGE_HEIGHT_PT,
    PAGE_WIDTH_PT,
    RIGHT_PT,
    SMALL,
    Column,
    width_pt,
)

# Base 85 costs ten times the rest of a render and makes the file larger.
rl_config.useA85 = 0

LOGO_WIDTH_PT, LOGO_HEIGHT_PT = 36 * MM, 20 * MM
IDENTITY_WIDTH_PT = 62 * MM

LAB_NAME = Style(SEMIBOLD, 14, 17.5)
PAPER_TITLE = Style(SEMIBOLD, 10.5, 13.6)
PAPER_NUMBER = Style(SEMIBOLD, 17, 21)


def letterhead(laboratory: Mapping, title: str, number: str, dated: str) -> Block:
    """The top of page 1: logo, laboratory and its contact on the left, what paper this is on the right."""
    picture = _logo(laboratory.get("logo"))
    right = Column(RIGHT_PT - IDENTITY_WIDTH_PT, IDENTITY_WIDTH_PT, right=True, down_pt=2)
    right.add(title, PAPER_TITLE).add(number, PAPER_NUMBER).add(dated, BODY)
    x_pt = LEFT_PT + (picture.width_pt + 5 * MM if picture else 0)
    end_pt = min((text.x_pt for text in right.texts), default=RIGHT_PT) - 6 * MM
    left = _sender(laboratory, Column(x_pt, end_pt - x_pt))
    down = max(left.down_pt, right.down_pt, picture.height_pt if picture else 0) + 9
    rule = Rule(LEFT_PT, RIGHT_PT, down, 1)
    return Block(
        down + 2, left.texts + right.texts, [rule], bookmark=title, pictures=[picture] if picture else []
    )


def draw(frame: Frame, blocks: list[Block], assets: Mapping[str, bytes]) -> bytes:
    """The finished PDF of these blocks in this frame; `assets` are the images' bytes by SHA-256."""
    pages = flow(blocks, frame.room_pt(first=True), frame.room_pt(first=False))
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, (PAGE_WIDTH_PT, PAGE_HEIGHT_PT), frame)
    for page, placed in enumerate(pages, 1):
        Page(canvas, frame, assets, page, len(pages)).draw(placed)
    canvas.save()
    return buffer.getvalue()


def _logo(logo: Mapping | None) -> Picture | None:
    if not logo:
        return None
    size = images.fitted(logo["width_px"], logo["height_px"], LOGO_WIDTH_PT, LOGO_HEIGHT_PT)
    return Picture(logo["sha256"], LEFT_PT, size[1], *size)


def _sender(laboratory: Mapping, column: Column) -> Column:
    column.add(laboratory["name"], LAB_NAME).add(laboratory["address"], SMALL, before_pt=2)
    contact = [laboratory[key] for key in ("phone", "email", "website") if (laboratory[key] or "").strip()]
    joined = printable_line("  ·  ".join(contact))
    for text in [joined] if width_pt(joined, SMALL) <= column.room_pt else contact:
        column.add(text, SMALL)
    column.add(laboratory.get("director"), SMALL)
    return column.add(laboratory["tax_id"] and f"CUIT {laboratory['tax_id']}", SMALL)


def new_canvas(buffer: io.BytesIO, size_pt: tuple[float, float], frame: Frame) -> Canvas:
    """A file with pages of that size and embedded fonts, which says of itself what the frame says."""
    font(REGULAR), font(SEMIBOLD)
    canvas = Canvas(
        buffer,
        pagesize=size_pt,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 4),
        initialFontName=REGULAR,  # else ReportLab puts an un-embedded Helvetica into the file
        lang=frame.language,
    )
    canvas.setTitle(frame.title)
    canvas.setAuthor(frame.author)
    canvas.setSubject(frame.identity)
    canvas.setCreator("Lamina")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    if frame.dated:
        day = datetime.date.fromisoformat(frame.dated)
        canvas.setDateFormatter(lambda *_: day.strftime("D:%Y%m%d000000"))
    return canvas
