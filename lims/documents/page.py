"""One page of a paper: its frame (head, mark, footer) and the blocks that were laid out on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from lims.documents import images
from lims.documents.fonts import REGULAR, SEMIBOLD, font
from lims.documents.layout import Bar, Block, Code, Link, Picture, Placed, Rule, Style
from lims.documents.typesetting import (
    CONTENT_WIDTH_PT,
    FINE,
    LEFT_PT,
    MM,
    PAGE_HEIGHT_PT,
    PAGE_WIDTH_PT,
    RIGHT_PT,
    Column,
    shortened,
    width_pt,
)

TOP_PT = 16 * MM
FOOTER_BASELINE_PT = 16 * MM
FOOTER_ROOM_PT = 108 * MM
FOOTER_MOST_LINES = 4
IDENTITY_ROOM_PT = 62 * MM
RUNNING_HEIGHT_PT = 24.0
MARK_HEIGHT_PT = 36.0
DOT_PT = 72 / 300

RUNNING = Style(REGULAR, 8, 10.4)
NOTICE = Style(SEMIBOLD, 8, 10.4)
MARK = Style(SEMIBOLD, 12, 15.6)
GHOST = Style(SEMIBOLD, 96, 96)
GHOST_GREY = 0.9


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every page, and what the file says about itself.

    `page_words` has {page} and {pages}; `mark` is empty or the words that say the paper is not valid;
    `dated` is an ISO day or None. `running` are lines for every page's footer, which then has no identity
    beside the page; `notice` is a line for the running head.
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
    running: tuple[str, ...] = ()
    notice: str = ""
    footer_lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        room = CONTENT_WIDTH_PT if self.running else FOOTER_ROOM_PT
        lines = [text.text for text in Column(0, room).add(self.footer, FINE).texts]
        object.__setattr__(self, "footer_lines", lines if len(lines) <= FOOTER_MOST_LINES else [])

    @property
    def footer_height_pt(self) -> float:
        """The distance from the bottom of the page to the top of the footer."""
        lines = len(self.running) + len(self.footer_lines)
        return FOOTER_BASELINE_PT + FINE.leading_pt * max(lines, 1) + 4

    def top_pt(self, *, first: bool) -> float:
        """The distance from the top of the page to the top of its content."""
        mark = MARK_HEIGHT_PT if self.mark else 0
        notice = RUNNING.leading_pt if self.notice else 0
        return TOP_PT + mark + (0 if first else RUNNING_HEIGHT_PT + notice)

    def room_pt(self, *, first: bool) -> float:
        """The height of a page's content."""
        return PAGE_HEIGHT_PT - self.top_pt(first=first) - self.footer_height_pt - 10

    @property
    def footer_overflow(self) -> str:
        """The footer's text if it is too long to stand on every page: print it once, as a section."""
        return "" if self.footer_lines else self.footer.strip()


def on_dots(distance_pt: float) -> float:
    """The distance as a whole number of the dots of a printer with 300 dpi."""
    return round(distance_pt / DOT_PT) * DOT_PT


class Page:
    """One page while it is drawn; `draw` puts it whole into the file."""

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
        top = PAGE_HEIGHT_PT - self.frame.top_pt(first=self.page == 1)
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
        for bar in block.bars:
            self._bar(y_pt, bar, block.height_pt)
        for picture in block.pictures:
            self._picture(y_pt, picture)
        for code in block.codes:
            self._code(y_pt, code)
        for link in block.links:
            self._link(y_pt, link)
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
        line = f"{rule.x_pt:.2f} {y:.2f} m {rule.end_x_pt:.2f} {y:.2f} l S"
        self.rules.append(f"{rule.grey} G {rule.weight_pt} w {line}")

    def _bar(self, y_pt: float, bar: Bar, height_pt: float) -> None:
        line = f"{bar.x_pt:.2f} {y_pt:.2f} m {bar.x_pt:.2f} {y_pt - height_pt:.2f} l S"
        self.rules.append(f"0 G {bar.weight_pt} w {line}")

    def _code(self, y_pt: float, code: Code) -> None:
        """Draw a matrix code on the grid of the printer's dots, so that all its modules print alike."""
        left, top = on_dots(code.x_pt), on_dots(y_pt - code.down_pt)
        module = code.module_pt
        runs = (
            f"{left + first * module:.3f} {top - row * module:.3f} {length * module:.3f} {-module:.3f} re"
            for row, dark in enumerate(code.rows)
            for first, length in dark
        )
        self.rules.append("\n".join(["0 g", *runs, "f"]))

    def _link(self, y_pt: float, link: Link) -> None:
        bottom = y_pt - link.down_pt
        area = (link.x_pt, bottom, link.x_pt + link.width_pt, bottom + link.height_pt)
        self.canvas.linkURL(link.url, area, relative=0, F=4)  # 4: print it

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
        self.rules.append(f"0 G 1.2 w {LEFT_PT:.2f} {bottom:.2f} {CONTENT_WIDTH_PT:.2f} 22 re S")

    def _running_head(self, y_pt: float) -> None:
        identity = shortened(self.frame.identity, RUNNING, IDENTITY_ROOM_PT)
        room = width_pt(identity, RUNNING)
        name = shortened(self.frame.author, RUNNING, CONTENT_WIDTH_PT - room - 10 * MM)
        self._text(LEFT_PT, y_pt - 7, RUNNING, name)
        self._text(RIGHT_PT - room, y_pt - 7, RUNNING, identity)
        down = 12.0
        if self.frame.notice:
            down += RUNNING.leading_pt
            self._text(
                LEFT_PT, y_pt - down + 5, NOTICE, shortened(self.frame.notice, NOTICE, CONTENT_WIDTH_PT)
            )
        self._rule(y_pt, Rule(LEFT_PT, RIGHT_PT, down, 0.5))

    def _footer(self) -> None:
        frame = self.frame
        y = frame.footer_height_pt - FINE.leading_pt - 4
        self._rule(y, Rule(LEFT_PT, RIGHT_PT, -12, 0.5))
        for number, line in enumerate([*frame.running, *frame.footer_lines]):
            self._text(LEFT_PT, y - number * FINE.leading_pt, FINE, line)
        text = self._place()
        self._text(RIGHT_PT - width_pt(text, FINE), y, FINE, text)

    def _place(self) -> str:
        page = self.frame.page_words.format(page=self.page, pages=self.pages)
        if self.frame.running:
            return page
        room = IDENTITY_ROOM_PT - width_pt("  ·  " + page, FINE)
        return f"{shortened(self.frame.identity, FINE, room)}  ·  {page}"

    def _ghost(self) -> None:
        """The mark again in large pale letters behind the text, without a part in what is copied out."""
        if not self.frame.ghost:
            return
        face, doc = font(GHOST.font), self.canvas._doc
        ((subset, shown),) = face.chunks(self.frame.ghost, doc)
        half = width_pt(self.frame.ghost, GHOST) / 2
        x, y = PAGE_WIDTH_PT / 2 - half * 0.6, PAGE_HEIGHT_PT / 2 - half * 0.8 - 20
        self.canvas.addLiteral(
            f"q {GHOST_GREY} g /Span <</ActualText ()>> BDC BT {face.getSubsetInternalName(subset, doc)} "
            f"{GHOST.size_pt} Tf 0.6 0.8 -0.8 0.6 {x:.2f} {y:.2f} Tm ({shown}) Tj ET EMC Q"
        )
