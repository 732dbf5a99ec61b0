"""Draws a report: from its snapshot to the bytes of a PDF. No database, no clock, no settings."""

from collections.abc import Mapping
from typing import Any

from lims.documents.paper import limits
from lims.documents.paper.drawing import Frame, draw, letterhead
from lims.documents.paper.formats import moment, short_day
from lims.documents.paper.labels import words
from lims.documents.paper.layout import Block
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import (
    CONTENT_WIDTH_PT,
    FINE,
    MM,
    shortened,
    shortened_together,
    width_pt,
)
from lims.documents.reports import head
from lims.documents.reports.closing import closing
from lims.documents.reports.figures import figures
from lims.documents.reports.findings import cassettes, diagnoses, synoptic_tables
from lims.documents.reports.layout import lines, section
from lims.documents.reports.samples import blocks_and_slides, specimens

AFTER_CASSETTES = (
    "comments",
    "recommendations",
    "methods",
    "external_results",
    "pending_tests",
    "critical_result",
)
SEPARATOR = "  ·  "
IDENTITY_PT, PAGE_PLACE_PT = 60 * MM, 26 * MM


def render(snapshot: Mapping, assets: Mapping[str, bytes]) -> bytes:
    """The PDF of a report's snapshot; the same bytes for the same snapshot and assets, always.

    `assets` has the bytes of logo, signature and micrographs by SHA-256. Raises PaperTooLarge,
    UnreadableImage or ValueError; a retry helps none of them.
    """
    limits.check_texts(limits.texts_in(dict(snapshot)))
    report = _Report(snapshot)
    return draw(report.frame(), report.blocks(), assets)


class _Report:
    def __init__(self, snapshot: Mapping) -> None:
        self.report = snapshot
        self.language = snapshot["language"]
        self.say = words(self.language)

    def frame(self) -> Frame:
        report, say = self.report, self.say
        mark = f"{say['draft']}{SEPARATOR}{say['draft_note']}".upper() if report["mark"] else ""
        issued = report["finalized_at"]
        return Frame(
            language={"es": "es-AR", "en": "en"}[self.language],
            title=f"{self._kind()} {self._number()}, {self._version()}",
            author=printable_line(report["laboratory"]["name"]),
            identity=f"{self._number()}{SEPARATOR}{self._version()}",
            page_words=say["page"],
            footer=report["laboratory"]["footer"],
            mark=mark,
            ghost=say["draft"].upper() if report["mark"] else "",
            dated=issued and issued[:10],
            running=(self._identifiers(), self._dates()),
            notice=self._notice(),
        )

    def blocks(self) -> list[Block]:
        report, say, language = self.report, self.say, self.language
        shown = [
            letterhead(self._sender(), self._kind(), self._number(), self._dated()),
            Block(10),
            *self._banners(),
            head.facts(report, say, language),
            head.dates(report, say, language),
            *section(say["specimens"], specimens(report, say)),
            *self._supplied("clinical_history"),
            *self._supplied("presumptive_diagnosis"),
            *section(say["diagnosis"], diagnoses(report["diagnoses"]), weight_pt=1.2),
            *synoptic_tables(report["diagnoses"], say),
            *self._text("macroscopic"),
            *self._text("microscopic"),
            *cassettes(report["cassettes"], say),
            *(block for name in AFTER_CASSETTES for block in self._text(name)),
            *self._images(),
            # Last, as its small rows keep the signature company without taking a page with them.
            *section(say["blocks_and_slides"], blocks_and_slides(report, say)),
            *section(say["laboratory_note"], lines(self.frame().footer_overflow)),
        ]
        shown[-1].keep_with_next = True  # a signature never stands alone on a page
        return [*shown, *closing(report, say, language)]

    def _banners(self) -> list[Block]:
        report, say = self.report, self.say
        shown = head.preliminary(say) if report["is_preliminary"] else []
        if report["amendment"]:
            shown += head.amendment(report["amendment"], report["version"], say, self.language)
        return shown

    def _text(self, name: str) -> list[Block]:
        return section(self.say[name], lines(self.report["texts"][name]))

    def _supplied(self, name: str) -> list[Block]:
        return section(self.say[name], lines(self.report[name]), note=self.say["as_supplied"])

    def _images(self) -> list[Block]:
        shown = figures(self.report["images"], self.say)
        return section(self.say["images"], [Block(14, keep_with_next=True), *shown]) if shown else []

    def _sender(self) -> dict[str, Any]:
        laboratory = dict(self.report["laboratory"])
        if laboratory["director"]:
            laboratory["director"] = f"{self.say['director']}: {laboratory['director']}"
        return laboratory

    def _kind(self) -> str:
        stage = "preliminary" if self.report["is_preliminary"] else "report"
        return self.say[f"{self.report['kind']}_{stage}"]

    def _number(self) -> str:
        return printable_line(self.report["number"]) or self.say["unnumbered"]

    def _version(self) -> str:
        return self.say["version"].format(version=self.report["version"])

    def _dated(self) -> str:
        issued = self.report["finalized_at"]
        issued_on = f"{self.say['issued']} {moment(issued, self.language)}" if issued else ""
        return f"{self._version().capitalize()}\n{issued_on or self.say['not_issued'].capitalize()}"

    def _notice(self) -> str:
        report, say = self.report, self.say
        notices = [say["preliminary_report"]] if report["is_preliminary"] else []
        if amended := report["amendment"]:
            notices.append(head.amended_words(amended, report["version"], say, self.language))
        return SEPARATOR.join(notices)

    def _identifiers(self) -> str:
        """Protocol and version, then animal, species and owner: long names are cut, never left out."""
        patient, owner = self.report["patient"], self.report["owner"]
        start = shortened(f"{self._number()}{SEPARATOR}{self._version()}", FINE, IDENTITY_PT)
        surname = owner["surname"] or f"{self.say['owner']}: {self.say['not_stated']}"
        room = CONTENT_WIDTH_PT - PAGE_PLACE_PT - width_pt(start + 3 * SEPARATOR, FINE)
        names = shortened_together([patient["animal"], patient["species"], surname], FINE, room)
        return SEPARATOR.join([start, *names])

    def _dates(self) -> str:
        report, say = self.report, self.say
        taken, issued = report["collected_on"], report["finalized_at"]
        collected = short_day(taken, self.language) if taken else say["not_stated"]
        reported = short_day(issued, self.language) if issued else say["not_issued"]
        return f"{say['collected']}: {collected}{SEPARATOR}{say['reported']}: {reported}"
