"""One page of a paper: its frame (head, mark, footer) around the blocks that were laid out on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from lims.documents.paper.fonts import REGULAR, SEMIBOLD, font
from lims.documents.paper.layout import Placed, Rule, Style
from lims.documents.paper.sheet import Sheet
from lims.documents.paper.typesetting import (
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


class Page(Sheet):
    """One page of a paper while it is drawn; `draw` puts it whole into the file."""

    def __init__(
        self, canvas: Canvas, frame: Frame, assets: Mapping[str, bytes], page: int, pages: int
    ) -> None:
        super().__init__(canvas, assets, page)
        self.frame, self.pages = frame, pages

    def draw(self, placed: list[Placed]) -> None:
        self._ghost()
        self._header()
        top = PAGE_HEIGHT_PT - self.frame.top_pt(first=self.page == 1)
        for down, block in placed:
            self.block(top - down, block)
        self._footer()
        self.end()

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
