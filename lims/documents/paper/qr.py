"""QR codes as matrices of modules that are whole dots of a printer, with the quiet zone that readers need."""

import functools
import itertools
from typing import Any

import zxingcpp

from lims.documents.paper.layout import Code
from lims.documents.paper.sheet import DOT_PT

QUIET_MODULES = 4
# 0.25 mm: what an ordinary phone still reads.
MIN_DOTS = 3
BLACK = 0

Rows = tuple[tuple[tuple[int, int], ...], ...]


def code(text: str, x_pt: float, down_pt: float, room_pt: float) -> tuple[Code, float]:
    """The code with its top left at that place, quiet zone included, and its whole width.

    It is as large as fits into the room, and larger than that rather than with too small modules.
    """
    rows = _rows(text)
    modules = len(rows) + 2 * QUIET_MODULES
    module = max(int(room_pt / modules / DOT_PT), MIN_DOTS) * DOT_PT
    quiet = QUIET_MODULES * module
    return Code(rows, module, x_pt + quiet, down_pt + quiet), modules * module


@functools.lru_cache(maxsize=64)
def _rows(text: str) -> Rows:
    if not text:
        return ()
    # Compiled code: ReportLab's encoder weighs eight masks in Python, which takes as long as a report.
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    # Rows of bytes as a buffer of two dimensions, of which the package's types do not know.
    picture: Any = drawn.to_image(scale=1, add_quiet_zones=False)
    modules: Any = memoryview(picture).tolist()
    return tuple(_runs(row) for row in modules)


def _runs(row: list[int]) -> tuple[tuple[int, int], ...]:
    runs = []
    start = 0
    for shade, modules in itertools.groupby(row):
        length = len(list(modules))
        if shade == BLACK:
            runs.append((start, length))
        start += length
    return tuple(runs)
