"""The label sheet as a paper: 39 x 20 mm, one page a label, a QR code beside what people read."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace

from lims.documents.paper import limits, qr
from lims.documents.paper.drawing import new_canvas
from lims.documents.paper.fonts import REGULAR, SEMIBOLD
from lims.documents.paper.labels import words
from lims.documents.paper.layout import Block, Style, shifted
from lims.documents.paper.page import Frame
from lims.documents.paper.sheet import Sheet
from lims.documents.paper.text import printable_line, wrap
from lims.documents.paper.typesetting import MM, Column, shortened, width_pt

WIDTH_PT, HEIGHT_PT = 39 * MM, 20 * MM
LABELS_MAX = 1_000
# What the columns of codes hold; a longer one could not be printed whole.
CODE_MAX = 30

CODE_LEFT_PT = 0.4 * MM
CODE_ROOM_PT = 15 * MM
GAP_PT = 0.6 * MM
# Printers may shift a label by so much, and its text must stay on it.
EDGE_PT = 1.3 * MM

# The first that fits: in so many lines, in that size. Below 7 pt nobody reads it.
FITS = ((1, 11), (1, 10), (1, 9), (2, 10), (1, 8), (2, 9), (2, 8), (1, 7), (2, 7))
LEADING = 1.15
ANIMAL = Style(SEMIBOLD, 8, 9.2)
ANIMAL_LINES_MAX = 2
SPECIES = Style(REGULAR, 7, 8.1)
ANIMAL_AIR_PT = 2.0

_SEPARATOR = re.compile("[-/]")


def render(snapshot: Mapping, assets: Mapping[str, bytes]) -> bytes:
    """The PDF of a label sheet's snapshot; the same bytes for the same snapshot, always.

    Raises PaperTooLarge for too many labels or too long a text; a retry does not help.
    """
    labels = snapshot["labels"]
    _check(labels)
    buffer = io.BytesIO()
    canvas = new_canvas(buffer, (WIDTH_PT, HEIGHT_PT), _frame(snapshot))
    # A viewer that fits a page to its paper would print the label in another size.
    canvas.setViewerPreference("PrintScaling", "None")
    for page, label in enumerate(labels, 1):
        sheet = Sheet(canvas, assets, page)
        sheet.block(HEIGHT_PT, _block(label))
        sheet.end()
    canvas.save()
    return buffer.getvalue()


def _check(labels: list[Mapping]) -> None:
    if len(labels) > LABELS_MAX:
        raise limits.PaperTooLarge(
            f"A sheet has at most {LABELS_MAX} labels, not {len(labels)}; a retry does not help."
        )
    if any(len(label["code"]) > CODE_MAX for label in labels):
        raise limits.PaperTooLarge(
            f"A label's code has at most {CODE_MAX} characters; a retry does not help."
        )
    limits.check_texts(limits.texts_in(labels))


def _frame(snapshot: Mapping) -> Frame:
    language = snapshot["language"]
    title = words(language)["labels"]
    return Frame(
        language={"es": "es-AR", "en": "en"}[language],
        title=title,
        author=printable_line(snapshot["laboratory"] or ""),
        identity=title,
        page_words="",
    )


def _block(label: Mapping) -> Block:
    _at_top, width = qr.code(label["code"], 0, 0, CODE_ROOM_PT)
    code, _width = qr.code(label["code"], CODE_LEFT_PT, (HEIGHT_PT - width) / 2, CODE_ROOM_PT)
    left = CODE_LEFT_PT + width + GAP_PT
    column = _written(label, left, WIDTH_PT - EDGE_PT - left)
    written = Block(column.down_pt, column.texts)
    return replace(shifted(written, (HEIGHT_PT - column.down_pt) / 2), codes=[code])


def _written(label: Mapping, left_pt: float, room_pt: float) -> Column:
    """What people read; an animal's name and species may be shortened, the code never is."""
    column = Column(left_pt, room_pt)
    style, lines = _fitted(printable_line(label["code"]), room_pt)
    for line in lines:
        column.add(line, style)
    details = [text for text in (label["stain"], label["species"]) if text.strip()]
    details_pt = ANIMAL_AIR_PT + len(details) * SPECIES.leading_pt
    most = int((HEIGHT_PT - 2 * EDGE_PT - column.down_pt - details_pt) / ANIMAL.leading_pt)
    column.down_pt += ANIMAL_AIR_PT
    for line in _clipped(label["animal"], room_pt, min(max(most, 1), ANIMAL_LINES_MAX)):
        column.add(line, ANIMAL)
    for text in details:
        column.add(shortened(text, SPECIES, room_pt), SPECIES)
    return column


def _fitted(code: str, room_pt: float) -> tuple[Style, list[str]]:
    """The code, whole, in the largest size in which it fits; one that fits in none takes more lines."""
    for count, size in FITS:
        style = _code_style(size)
        found = _parted(code, style, room_pt) if count == 2 else [code]
        if found and max(width_pt(line, style) for line in found) <= room_pt:
            return style, found
    smallest = _code_style(FITS[-1][1])
    return smallest, wrap(code, smallest.font, smallest.size_pt, room_pt)


def _parted(code: str, style: Style, room_pt: float) -> list[str]:
    """The code in two lines, the first as full as may be, parted behind a hyphen or slash."""
    ends = [found.end() for found in _SEPARATOR.finditer(code) if found.end() < len(code)]
    fitting = [end for end in ends if width_pt(code[:end], style) <= room_pt]
    return [code[: fitting[-1]], code[fitting[-1] :]] if fitting else []


def _code_style(size_pt: float) -> Style:
    return Style(SEMIBOLD, size_pt, size_pt * LEADING)


def _clipped(animal: str, room_pt: float, lines_max: int) -> list[str]:
    """The animal's name in at most so many lines, with an ellipsis if it does not fit."""
    lines = wrap(printable_line(animal), ANIMAL.font, ANIMAL.size_pt, room_pt)
    if len(lines) <= lines_max:
        return lines
    rest = "".join(lines[lines_max - 1 :])
    return [*lines[: lines_max - 1], shortened(rest, ANIMAL, room_pt)]
