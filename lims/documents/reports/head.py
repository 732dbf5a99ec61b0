"""The first page of a report above its findings: banners, patient, owner, vet, dates."""

from collections.abc import Mapping, Sequence

from lims.documents.paper.fonts import SEMIBOLD
from lims.documents.paper.formats import moment, quantity, short_day, unbroken
from lims.documents.paper.labels import sex_and_neutering
from lims.documents.paper.layout import Bar, Block, Rule, Style, Text
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import CONTENT_WIDTH_PT, LEFT_PT, MM, NAME, RIGHT_PT, Column
from lims.documents.reports.layout import LABEL, NOTE, STRONG, TEXT, lines, together

HALF_GAP_PT = 8 * MM
HALF_PT = (CONTENT_WIDTH_PT - HALF_GAP_PT) / 2
LABEL_PT = 21 * MM
BANNER = Style(SEMIBOLD, 11, 14.5)
BANNER_PAD_PT = 9.0
CHANGED_PT = 42 * MM

Words = Mapping[str, str]


def preliminary(say: Words) -> list[Block]:
    """The banner that says at the top that results may change."""
    return banner(say["preliminary_report"], lines(say["preliminary_note"], TEXT, *_banner_room()))


def amendment(amended: Mapping, version: int, say: Words, language: str) -> list[Block]:
    """The banner that says what this version replaces, why, and what changed, old and new."""
    content = lines(f"{say['amendment_reason']}: {amended['reason']}", TEXT, *_banner_room())
    if amended["changes"]:
        content += _changes(amended["changes"], say)
    else:
        content += lines(say["no_changes"], TEXT, *_banner_room())
    return banner(amended_words(amended, version, say, language), content)


def amended_words(amended: Mapping, version: int, say: Words, language: str) -> str:
    """`Amended: version 2, replaces version 1 of Nov 23, 2026`."""
    day = short_day(amended["issued_at"], language)
    return say["amended"].format(version=version, replaced=amended["version"], day=day)


def banner(title: str, content: list[Block]) -> list[Block]:
    """A box over the whole width, which goes on over pages if it must."""
    column = Column(*_banner_room()).add(title, BANNER)
    first = Block(column.down_pt + 5, _down(column.texts, 5), [Rule(LEFT_PT, RIGHT_PT, 0, 1.2)], True)
    last = Block(6, rules=[Rule(LEFT_PT, RIGHT_PT, 6, 1.2)])
    boxed = together([first, *content, last])
    for block in boxed:
        block.bars = [Bar(LEFT_PT, 1.2), Bar(RIGHT_PT, 1.2)]
    first.bookmark = title
    return [*boxed, Block(10)]


def facts(report: Mapping, say: Words, language: str) -> Block:
    """Patient on the left; owner and requesting vet on the right."""
    patient, owner, vet = report["patient"], report["owner"], report["veterinarian"]
    unstated = say["not_stated"]
    left = _Facts(LEFT_PT, unstated)
    left.add(say["patient_name"], patient["animal"], NAME)
    for name in ("species", "breed"):
        left.add(say[name], patient[name])
    left.add(say["sex"], say[sex_and_neutering(patient["sex"], patient["neutered"])])
    left.add(say["age"], patient["age"])
    left.add(say["weight"], patient["weight_kg"] and f"{quantity(patient['weight_kg'], language)} kg")
    left.add(say["chip"], patient["chip"])
    right = _Facts(LEFT_PT + HALF_PT + HALF_GAP_PT, unstated)
    right.add(say["owner"], owner["name"], NAME)
    right.add(say["requested_by"], vet["name"], STRONG)
    right.add(say["licence"], vet["licence"])
    right.add(say["clinic"], vet["clinic"])
    right.add(say["contact"], "\n".join(filter(str.strip, (vet["address"], vet["phone"], vet["email"]))))
    return Block(max(left.down_pt, right.down_pt) + 3, left.texts + right.texts)


def dates(report: Mapping, say: Words, language: str) -> Block:
    """When the sample was taken and came, and when it was reported, in the laboratory's zone."""
    collected, received = report["collected_on"], report["received_at"]
    issued, first = report["finalized_at"], report["first_issued_at"]
    shown = [
        (say["collected"], short_day(collected, language) if collected else say["not_stated"]),
        (say["received"], moment(received, language) if received else say["not_stated"]),
        (say["reported"], moment(issued, language) if issued else say["not_issued"]),
    ]
    if first:
        shown.append((say["first_issued"], moment(first, language)))
    width = CONTENT_WIDTH_PT / 4
    columns = [
        Column(LEFT_PT + n * width, width - 2 * MM, down_pt=4).add(label, NOTE).add(value, STRONG)
        for n, (label, value) in enumerate(shown)
    ]
    down = max(column.down_pt for column in columns)
    texts = [text for column in columns for text in column.texts]
    return Block(down + 1, texts, [Rule(LEFT_PT, RIGHT_PT, 0, 0.4, 0.6)])


def _changes(changes: Sequence[Mapping], say: Words) -> list[Block]:
    """A row for each change: which field, its old words, its new ones."""
    head = _change(("", say["before"], say["now"]), LABEL)
    head.keep_with_next = True
    rows = [
        _change((each["label"], each["old"].strip() or say["nothing"], each["new"].strip() or say["nothing"]))
        for each in changes
    ]
    return [head, *rows]


def _change(cells: Sequence[str], style: Style = TEXT) -> Block:
    x, room = _banner_room()
    side = (room - CHANGED_PT) / 2
    places = ((x, CHANGED_PT), (x + CHANGED_PT, side), (x + CHANGED_PT + side, side))
    columns = [
        Column(left, width - 3 * MM, down_pt=2).add(unbroken(printable_line(cell)), style)
        for cell, (left, width) in zip(cells, places, strict=True)
    ]
    texts = [text for column in columns for text in column.texts]
    return Block(max(column.down_pt for column in columns), texts)


def _banner_room() -> tuple[float, float]:
    return LEFT_PT + BANNER_PAD_PT, CONTENT_WIDTH_PT - 2 * BANNER_PAD_PT


def _down(texts: list[Text], down_pt: float) -> list[Text]:
    return [text._replace(down_pt=text.down_pt + down_pt) for text in texts]


class _Facts:
    """Labels with what they say beside them; whatever is unknown is said to be."""

    def __init__(self, x_pt: float, unstated: str) -> None:
        self.x_pt, self.unstated = x_pt, unstated
        self.texts: list[Text] = []
        self.down_pt = 0.0

    def add(self, label: str, value: str | None, style: Style = TEXT) -> None:
        shown = Column(self.x_pt + LABEL_PT, HALF_PT - LABEL_PT, down_pt=self.down_pt)
        shown.add(unbroken(value or "") if (value or "").strip() else self.unstated, style)
        label_down = self.down_pt + style.baseline_pt - LABEL.baseline_pt
        self.texts += Column(self.x_pt, LABEL_PT, down_pt=label_down).add(label, LABEL).texts
        self.texts += shown.texts
        self.down_pt = shown.down_pt + 0.6
