"""The shared look of our papers: page frame, letterhead, running head, footer, mark.

Text never passes a markup parser: it is set by `typesetting`, escaped by `fonts`, and drawn here.
"""

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from lims.documents import images
from lims.documents.fonts import REGULAR, SEMIBOLD, font
from lims.documents.layout import Block, Picture, Placed, Rule, Style, flow
from lims.documents.typesetting import (
    BODY,
    CONTENT_WIDTH_PT,
    FINE,
    LEFT_PT,
    MM,
    PAGE_HEIGHT_PT,
    PAGE_WIDTH_PT,
    RIGHT_PT,
    SMALL,
    Column,
    shortened,
    width_pt,
)

# Base 85 costs ten times the rest of a render and makes the file larger.
rl_config.useA85 = 0

TOP_PT = 16 * MM
FOOTER_BASELINE_PT = 16 * MM
FOOTER_ROOM_PT = 108 * MM
FOOTER_MOST_LINES = 4
LOGO_WIDTH_PT, LOGO_HEIGHT_PT = 36 * MM, 20 * MM
IDENTITY_WIDTH_PT = 62 * MM

LAB_NAME = Style(SEMIBOLD, 14, 17.5)
PAPER_TITLE = Style(SEMIBOLD, 10.5, 13.6)
PAPER_NUMBER = Style(SEMIBOLD, 17, 21)
RUNNING = Style(REGULAR, 8, 10.4)
MARK = Style(SEMIBOLD, 12, 15.6)
MARK_HEIGHT_PT = 30.0
RUNNING_HEIGHT_PT = 24.0
GHOST_GREY = 0.9


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every page, and what the file says about itself.

    `page_words` has {page} and {pages}; `mark` is empty or the words that say the paper is not valid;
    `dated` is an ISO day or None.
    """

    language: str
    title: str
    author: str
    identity: str
    page_words: str
    footer: str = ""
    mark: str = ""
    ghost: str = ""
    dated: str | None = None
    footer_lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        lines = [text.text for text in Column(0, FOOTER_ROOM_PT).add(self.footer, FINE).texts]
        object.__setattr__(self, "footer_lines", lines if len(lines) <= FOOTER_MOST_LINES else [])

    @property
    def footer_overflow(self) -> str:
        """The footer's text if it is too long to stand on every page: print it once, as a section."""
        return "" if self.footer_lines else self.footer.strip()


def letterhead(laboratory: Mapping, title: str, number: str, dated: str) -> Block:
    """The top of page 1: logo, laboratory and its contact on the left, what paper this is on the right."""
    picture = _logo(laboratory.get("logo"))
    x_pt = LEFT_PT + (picture.width_pt + 5 * MM if picture else 0)
    left = Column(x_pt, RIGHT_PT - IDENTITY_WIDTH_PT - 5 * MM - x_pt)
    left.add(laboratory["name"], LAB_NAME).add(laboratory["address"], SMALL, before_pt=2)
    left.add(_joined(laboratory["phone"], laboratory["email"], laboratory["website"]), SMALL)
    left.add(laboratory["tax_id"] and f"CUIT {laboratory['tax_id']}", SMALL)
    right = Column(RIGHT_PT - IDENTITY_WIDTH_PT, IDENTITY_WIDTH_PT, right=True, down_pt=1)
    right.add(title, PAPER_TITLE).add(number, PAPER_NUMBER).add(dated, BODY)
    down = max(left.down_pt, right.down_pt, picture.height_pt if picture else 0) + 8
    rule = Rule(LEFT_PT, RIGHT_PT, down, 1)
    return Block(down + 2, left.texts + right.texts, [rule], bookmark=title, picture=picture)


def draw(frame: Frame, blocks: list[Block], assets: Mapping[str, bytes]) -> bytes:
    """The finished PDF of these blocks in this frame; `assets` are the images' bytes by SHA-256."""
    pages = flow(blocks, _room_pt(frame, first=True), _room_pt(frame, first=False))
    buffer = io.BytesIO()
    canvas = _canvas(frame, buffer)
    for page, placed in enumerate(pages, 1):
        _Page(canvas, frame, assets, page, len(pages)).draw(placed)
    canvas.save()
    return buffer.getvalue()


def _logo(logo: Mapping | None) -> Picture | None:
    if not logo:
        return None
    size = images.fitted(logo["width_px"], logo["height_px"], LOGO_WIDTH_PT, LOGO_HEIGHT_PT)
    return Picture(logo["sha256"], LEFT_PT, size[1], *size)


def _joined(*texts: str | None) -> str:
    return "  ·  ".join(text for text in texts if text and text.strip())


def _footer_height_pt(frame: Frame) -> float:
    return FOOTER_BASELINE_PT + FINE.leading_pt * max(len(frame.footer_lines), 1) + 4


def _top_pt(frame: Frame, *, first: bool) -> float:
    return TOP_PT + (MARK_HEIGHT_PT if frame.mark else 0) + (0 if first else RUNNING_HEIGHT_PT)


def _room_pt(frame: Frame, *, first: bool) -> float:
    return PAGE_HEIGHT_PT - _top_pt(frame, first=first) - _footer_height_pt(frame) - 10


def _canvas(frame: Frame, buffer: io.BytesIO) -> Canvas:
    font(REGULAR), font(SEMIBOLD)
    canvas = Canvas(
        buffer,
        pagesize=(PAGE_WIDTH_PT, PAGE_HEIGHT_PT),
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


class _Page:
    def __init__(
        self, canvas: Canvas, frame: Frame, assets: Mapping[str, bytes], page: int, pages: int
    ) -> None:
        self.canvas, self.frame, self.assets, self.page, self.pages = canvas, frame, assets, page, pages
        self.rules: list[str] = []
        self.texts: list[str] = []
        self.style: Style | None = None
        self.subset = 0

    def draw(self, placed: list[Placed]) -> None:
        self._ghost()
        self._header()
        top = PAGE_HEIGHT_PT - _top_pt(self.frame, first=self.page == 1)
        for down, block in placed:
            self._block(top - down, block)
        self._footer()
        self.canvas.addLiteral("\n".join([*self.rules, "BT", *self.texts, "ET"]))
        self.canvas.showPage()

    def _block(self, y_pt: float, block: Block) -> None:
        for x, down, style, text in block.texts:
            self._text(x, y_pt - down, style, text)
        for rule in block.rules:
            self._rule(y_pt, rule)
        if block.picture:
            self._picture(y_pt, block.picture)
        if block.bookmark:
            self._bookmark(y_pt, block.bookmark)

    def _text(self, x_pt: float, y_pt: float, style: Style, text: str) -> None:
        self.texts.append(f"1 0 0 1 {x_pt:.2f} {y_pt:.2f} Tm")
        doc = self.canvas._doc
        face = font(style.font)
        for subset, shown in face.chunks(text, doc):
            if style is not self.style or subset != self.subset:
                self.texts.append(f"{face.getSubsetInternalName(subset, doc)} {style.size_pt} Tf")
                self.style, self.subset = style, subset
            self.texts.append(f"({shown}) Tj")

    def _rule(self, y_pt: float, rule: Rule) -> None:
        y = y_pt - rule.down_pt
        self.rules.append(f"{rule.weight_pt} w {rule.x_pt:.2f} {y:.2f} m {rule.end_x_pt:.2f} {y:.2f} l S")

    def _picture(self, y_pt: float, picture: Picture) -> None:
        name = "image." + picture.sha256
        if not self.canvas.hasForm(name):
            image = images.image_object(
                picture.sha256, self.assets[picture.sha256], picture.width_pt, picture.height_pt
            )
            images.add_image(self.canvas._doc, name, image)
        self.canvas.saveState()
        self.canvas.transform(picture.width_pt, 0, 0, picture.height_pt, picture.x_pt, y_pt - picture.down_pt)
        self.canvas.doForm(name)
        self.canvas.restoreState()

    def _bookmark(self, y_pt: float, title: str) -> None:
        key = f"{self.page}-{y_pt:.0f}"
        self.canvas.bookmarkHorizontalAbsolute(key, round(y_pt, 2))
        self.canvas.addOutlineEntry(title, key, 0)

    def _header(self) -> None:
        y = PAGE_HEIGHT_PT - TOP_PT
        if self.frame.mark:
            self._mark(y)
            y -= MARK_HEIGHT_PT
        if self.page > 1:
            self._running_head(y)

    def _mark(self, y_pt: float) -> None:
        text = self.frame.mark
        x = (PAGE_WIDTH_PT - width_pt(text, MARK)) / 2
        self._text(x, y_pt - 15, MARK, text)
        bottom = y_pt - 22
        self.rules.append(f"1.2 w {LEFT_PT:.2f} {bottom:.2f} {CONTENT_WIDTH_PT:.2f} 22 re S")

    def _running_head(self, y_pt: float) -> None:
        identity = self.frame.identity
        room = width_pt(identity, RUNNING)
        name = shortened(self.frame.author, RUNNING, CONTENT_WIDTH_PT - room - 10 * MM)
        self._text(LEFT_PT, y_pt - 7, RUNNING, name)
        self._text(RIGHT_PT - room, y_pt - 7, RUNNING, identity)
        self._rule(y_pt, Rule(LEFT_PT, RIGHT_PT, 12, 0.5))

    def _footer(self) -> None:
        frame = self.frame
        y = _footer_height_pt(frame) - FINE.leading_pt - 4
        self._rule(y, Rule(LEFT_PT, RIGHT_PT, -12, 0.5))
        for number, line in enumerate(frame.footer_lines):
            self._text(LEFT_PT, y - number * FINE.leading_pt, FINE, line)
        page = frame.page_words.format(page=self.page, pages=self.pages)
        text = f"{frame.identity}  ·  {page}"
        self._text(RIGHT_PT - width_pt(text, FINE), y, FINE, text)

    def _ghost(self) -> None:
        """The mark again in large pale letters behind the text, without a part in what is copied out."""
        if not self.frame.ghost:
            return
        style = Style(SEMIBOLD, 96, 96)
        middle = width_pt(self.frame.ghost, style) / 2
        ((subset, shown),) = font(SEMIBOLD).chunks(self.frame.ghost, self.canvas._doc)
        name = font(SEMIBOLD).getSubsetInternalName(subset, self.canvas._doc)
        x, y = PAGE_WIDTH_PT / 2 - middle * 0.6, PAGE_HEIGHT_PT / 2 - middle * 0.8 - 20
        self.rules.append(
            f"q {GHOST_GREY} g /Span <</ActualText ()>> BDC BT {name} 96 Tf "
            f"0.6 0.8 -0.8 0.6 {x:.2f} {y:.2f} Tm ({shown}) Tj ET EMC Q"
        )
