"""The micrographs of a report: two columns, each picture over its caption, a row never split."""

from collections.abc import Mapping, Sequence

from lims.documents.paper import images
from lims.documents.paper.formats import unbroken
from lims.documents.paper.layout import Block, Picture, Text
from lims.documents.paper.text import printable_line
from lims.documents.paper.typesetting import CONTENT_WIDTH_PT, LEFT_PT, MM, Column
from lims.documents.reports.layout import NOTE

WIDTH_PT = images.MICROGRAPH_WIDTH_MM * MM
GAP_PT = CONTENT_WIDTH_PT - 2 * WIDTH_PT
HEIGHT_PT = images.MICROGRAPH_HEIGHT_MM * MM


def figures(shown: Sequence[Mapping], say: Mapping[str, str]) -> list[Block]:
    """A block for each two images, numbered in their order."""
    numbered = list(enumerate(shown, 1))
    return [_pair(numbered[n : n + 2], say) for n in range(0, len(numbered), 2)]


def _pair(pair: list[tuple[int, Mapping]], say: Mapping[str, str]) -> Block:
    sizes = [images.fitted(each["width_px"], each["height_px"], WIDTH_PT, HEIGHT_PT) for _, each in pair]
    texts: list[Text] = []
    pictures, down = [], 0.0
    for n, ((number, each), size) in enumerate(zip(pair, sizes, strict=True)):
        x = LEFT_PT + n * (WIDTH_PT + GAP_PT)
        bottom = 6 + size[1]
        pictures.append(Picture(each["sha256"], x, bottom, *size))
        column = Column(x, WIDTH_PT, down_pt=bottom + 2).add(_caption(number, each, say), NOTE)
        texts += column.texts
        down = max(down, column.down_pt)
    return Block(down + 6, texts, pictures=pictures)


def _caption(number: int, image: Mapping, say: Mapping[str, str]) -> str:
    parts = (image["caption"], image["stain"], image["magnification"])
    printed = [printable_line(part).strip() for part in parts if part.strip()]
    return unbroken(" · ".join([say["figure"].format(number=number), *printed]))
