"""Blocks of placed text and how they fall onto pages. Knows sizes, not fonts, and draws nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Style(NamedTuple):
    font: str
    size_pt: float
    leading_pt: float

    @property
    def baseline_pt(self) -> float:
        """The distance from the top of a line to its baseline."""
        return (self.leading_pt - self.size_pt) / 2 + 0.76 * self.size_pt


class Picture(NamedTuple):
    """An image by its digest; `down_pt` is the distance of its bottom from the top of its block."""

    sha256: str
    x_pt: float
    down_pt: float
    width_pt: float
    height_pt: float


class Text(NamedTuple):
    """One line of text; `down_pt` is its baseline's distance from the top of its block."""

    x_pt: float
    down_pt: float
    style: Style
    text: str


class Rule(NamedTuple):
    """A horizontal line at `down_pt` below the top of its block; a grey of 0 is black."""

    x_pt: float
    end_x_pt: float
    down_pt: float
    weight_pt: float
    grey: float = 0.0


class Bar(NamedTuple):
    """A vertical line along the whole height of its block, so that a box may go on over pages."""

    x_pt: float
    weight_pt: float


class Code(NamedTuple):
    """A matrix code: per row of modules the dark runs, as (first module, number of modules)."""

    rows: tuple[tuple[tuple[int, int], ...], ...]
    module_pt: float
    x_pt: float
    down_pt: float


class Link(NamedTuple):
    """An address behind a rectangle of its block."""

    url: str
    x_pt: float
    down_pt: float
    width_pt: float
    height_pt: float


@dataclass(slots=True)
class Block:
    """What stays together on one page unless it is taller than a page.

    `air_pt` is what parts it from the block above, rules and all: it falls away at the top of a later page.
    """

    height_pt: float
    texts: list[Text] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    keep_with_next: bool = False
    heads_pages: "Block | None" = None
    bookmark: str = ""
    pictures: list[Picture] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    air_pt: float = 0.0


class Placed(NamedTuple):
    down_pt: float
    block: Block


def flow(blocks: list[Block], first_pt: float, next_pt: float) -> list[list[Placed]]:
    """The blocks on pages, each page a list of blocks with their distance from the top of its content.

    The content is `first_pt` high on the first page and `next_pt`, no more than that, on the others. A block
    with `heads_pages` repeats that one above it where it starts a page.
    """
    flowing = _Flow(first_pt, next_pt)
    for group in _groups(blocks):
        flowing.place(group)
    return flowing.pages


def _groups(blocks: list[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keep_with_next:
            yield group
            group = []
    if group:
        yield group


class _Flow:
    def __init__(self, first_pt: float, next_pt: float) -> None:
        self.pages: list[list[Placed]] = [[]]
        self.left_pt = first_pt
        self.next_pt = next_pt
        self._used_pt = 0.0
        self._fresh = True

    def place(self, group: list[Block]) -> None:
        height = sum(block.height_pt for block in group)
        if height > self.left_pt:
            self._make_room(group, height)
        for block in group:
            self._put(block)

    def _make_room(self, group: list[Block], height_pt: float) -> None:
        """Start a page for a group that does not fit here, unless it would not fit there either."""
        if self._fresh:
            return
        head = group[0].heads_pages
        whole = height_pt + (head.height_pt if head else 0)
        if whole <= self.next_pt or self.left_pt < self.next_pt / 4:
            self._new_page(group[0])

    def _put(self, block: Block) -> None:
        rest: Block | None = block
        while rest and rest.height_pt > self.left_pt:
            if not self._fresh and (self._fits_a_page(rest) or _first_bottom(rest) > self.left_pt):
                self._new_page(rest)
                continue
            part, rest = _split(rest, self.left_pt)
            self._append(part)
            if rest:
                self._new_page(rest)
        if rest:
            self._append(rest)

    def _fits_a_page(self, block: Block) -> bool:
        head = block.heads_pages.height_pt if block.heads_pages else 0
        return block.height_pt + head <= self.next_pt

    def _append(self, block: Block) -> None:
        if block.air_pt and self._fresh and len(self.pages) > 1:
            block = _without_air(block)
        down = self._used_pt
        self.pages[-1].append(Placed(down, block))
        self.left_pt -= block.height_pt
        self._used_pt += block.height_pt
        self._fresh = False

    def _new_page(self, first: Block) -> None:
        self.pages.append([])
        self.left_pt, self._used_pt = self.next_pt, 0.0
        if first.heads_pages:
            self._append(first.heads_pages)
        self._fresh = True


def shifted(block: Block, down_pt: float) -> Block:
    """The block with so much more room at its top."""
    return replace(
        block,
        height_pt=block.height_pt + down_pt,
        texts=[text._replace(down_pt=text.down_pt + down_pt) for text in block.texts],
        rules=[rule._replace(down_pt=rule.down_pt + down_pt) for rule in block.rules],
        pictures=[each._replace(down_pt=each.down_pt + down_pt) for each in block.pictures],
        codes=[each._replace(down_pt=each.down_pt + down_pt) for each in block.codes],
        links=[each._replace(down_pt=each.down_pt + down_pt) for each in block.links],
    )


def _without_air(block: Block) -> Block:
    below = [rule for rule in block.rules if rule.down_pt > block.air_pt]
    return replace(shifted(replace(block, rules=below), -block.air_pt), air_pt=0.0)


def _split(block: Block, at_pt: float) -> tuple[Block, Block | None]:
    """The lines of a block above a height, at least its first, and the rest moved up, if there is one."""
    at_pt = max(at_pt, _first_bottom(block))
    rest = [text for text in block.texts if _bottom(text) > at_pt]
    upper = replace(
        block,
        height_pt=at_pt,
        texts=[text for text in block.texts if _bottom(text) <= at_pt],
        rules=[rule for rule in block.rules if rule.down_pt <= at_pt],
    )
    return upper, _moved_up(block, rest, at_pt) if rest else None


def _moved_up(block: Block, texts: list[Text], at_pt: float) -> Block:
    up = _first_top(texts) - _first_top(block.texts)
    return replace(
        block,
        height_pt=block.height_pt - up,
        texts=[text._replace(down_pt=text.down_pt - up) for text in texts],
        rules=[rule._replace(down_pt=rule.down_pt - up) for rule in block.rules if rule.down_pt > at_pt],
        bookmark="",
        pictures=[],
        codes=[],
        links=[],
    )


def _first_top(texts: list[Text]) -> float:
    return min(text.down_pt - text.style.baseline_pt for text in texts)


def _first_bottom(block: Block) -> float:
    return min(map(_bottom, block.texts), default=0.0)


def _bottom(text: Text) -> float:
    return text.down_pt - text.style.baseline_pt + text.style.leading_pt
