"""The work order as a paper: from its snapshot to the bytes of a PDF. No database, no clock, no settings."""

import json
from collections.abc import Mapping

from lims.documents.paper import limits
from lims.documents.paper.drawing import Frame, draw, letterhead
from lims.documents.paper.fonts import SEMIBOLD
from lims.documents.paper.formats import day, money
from lims.documents.paper.labels import words
from lims.documents.paper.layout import Block, Rule, Style, Text
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import (
    BODY,
    CONTENT_WIDTH_PT,
    LEFT_PT,
    MM,
    NAME,
    RIGHT_PT,
    STRONG,
    Column,
    heading,
    prose,
    width_pt,
)
from lims.documents.work_orders.lines import table

BALANCE = Style(SEMIBOLD, 12, 16)
TOTALS_WIDTH_PT = 78 * MM
LABEL_WIDTH_PT = 36 * MM
SIDE_GAP_PT = 8 * MM


def render(snapshot: Mapping, assets: Mapping[str, bytes]) -> bytes:
    """The PDF of a work-order snapshot; the same bytes for the same snapshot and assets, always.

    `assets` has the bytes of the logo and of frozen lines by SHA-256. Raises PaperTooLarge, UnreadableImage
    or ValueError; a retry helps none of them.
    """
    lines = _lines(snapshot["lines"], assets)
    limits.check_rows(lines)
    limits.check_texts(limits.texts_in([{**snapshot, "lines": []}, lines]))
    paper = _WorkOrder(snapshot, lines)
    return draw(paper.frame(), paper.blocks(), assets)


def _lines(lines: list | Mapping, assets: Mapping[str, bytes]) -> list[Mapping]:
    return json.loads(assets[lines["sha256"]]) if isinstance(lines, Mapping) else lines


class _WorkOrder:
    def __init__(self, snapshot: Mapping, lines: list[Mapping]) -> None:
        self.order, self.lines = snapshot, lines
        self.language = snapshot["language"]
        self.words = words(self.language)

    def frame(self) -> Frame:
        mark = self.order["mark"]
        title = self._title()
        return Frame(
            language={"es": "es-AR", "en": "en"}[self.language],
            title=title,
            author=printable_line(self.order["laboratory"]["name"] or ""),
            identity=title,
            page_words=self.words["page"],
            footer=self.order["laboratory"]["footer"] or "",
            mark=f"{self.words[mark].upper()}  ·  {self.words[mark + '_note'].upper()}" if mark else "",
            ghost=self.words[mark].upper() if mark else "",
            dated=self.order["issued_on"],
        )

    def blocks(self) -> list[Block]:
        order, say = self.order, self.words
        return [
            letterhead(order["laboratory"], say["work_order"], self._number(), self._dated()),
            *self._cancellation(),
            heading(say["client"]),
            self._client(),
            Block(12, keep_with_next=True, bookmark=say["lines"]),
            *table(self.lines, say, self.language),
            self._totals(),
            *prose(say["observations"], order["observations"]),
            *prose(say["terms"], order["terms"]),
            *prose(say["laboratory_note"], self.frame().footer_overflow),
        ]

    def _cancellation(self) -> list[Block]:
        reason = self.order["cancellation_reason"] if self.order["mark"] == "cancelled" else ""
        return prose(self.words["cancellation_reason"], reason)

    def _number(self) -> str:
        return printable_line(self.order["number"] or "")

    def _title(self) -> str:
        return f"{self.words['work_order']} {self._number() or self.words['unnumbered']}"

    def _dated(self) -> str:
        return day(self.order["issued_on"], self.language) if self.order["issued_on"] else ""

    def _client(self) -> Block:
        client = self.order["client"]
        half = (CONTENT_WIDTH_PT - SIDE_GAP_PT) / 2
        left = Column(LEFT_PT, half, down_pt=2).add(client["name"], NAME)
        left.add(client["clinic"], STRONG, before_pt=1).add(client["address"], BODY, before_pt=1)
        left.add(client["phone"], BODY).add(client["email"], BODY)
        right = _Facts(LEFT_PT + half + SIDE_GAP_PT, half)
        right.add(self.words["tax_id"], client["tax_id"])
        right.add(self.words["vat_condition"], self.words[client["vat_condition"]])
        right.add(self.words["veterinarian"], client["veterinarian"])
        right.add(self.words["licence"], client["licence"])
        return Block(max(left.down_pt, right.down_pt), left.texts + right.texts)

    def _totals(self) -> Block:
        box = _Totals()
        for key in ("total", "advance"):
            box.add(self.words[key], money(self.order[key], self.language), BODY)
        box.rule()
        box.add(self.words["balance"], money(self.order["balance"], self.language), BALANCE)
        box.add(self.words["payment_status"], self.words[self.order["payment_status"]], STRONG)
        return Block(box.down_pt + 4, box.texts, box.rules, bookmark=self.words["totals"])


class _Facts:
    """Labels with their values beside them; a fact without a value takes no room."""

    def __init__(self, x_pt: float, room_pt: float) -> None:
        self.x_pt, self.room_pt = x_pt, room_pt
        self.texts: list[Text] = []
        self.down_pt = 3.0

    def add(self, label: str, value: str | None) -> None:
        shown = Column(self.x_pt + LABEL_WIDTH_PT, self.room_pt - LABEL_WIDTH_PT, down_pt=self.down_pt)
        shown.add(value, BODY)
        if shown.texts:
            self.texts += Column(self.x_pt, LABEL_WIDTH_PT, down_pt=self.down_pt).add(label, BODY).texts
            self.texts += shown.texts
            self.down_pt = shown.down_pt + 1


class _Totals:
    """Labels on the left and amounts on the right of a narrow box at the right margin."""

    def __init__(self) -> None:
        self.x_pt = RIGHT_PT - TOTALS_WIDTH_PT
        self.texts: list[Text] = []
        self.rules: list[Rule] = []
        self.down_pt = 10.0

    def add(self, label: str, value: str, style: Style) -> None:
        room = TOTALS_WIDTH_PT - width_pt(label, style) - 4 * MM
        self.texts += Column(self.x_pt, TOTALS_WIDTH_PT, down_pt=self.down_pt).add(label, style).texts
        amount = Column(RIGHT_PT - room, room, right=True, down_pt=self.down_pt).add(value, style)
        self.texts += amount.texts
        self.down_pt = amount.down_pt + 2

    def rule(self) -> None:
        self.rules.append(Rule(self.x_pt, RIGHT_PT, self.down_pt, 0.8))
        self.down_pt += 3
