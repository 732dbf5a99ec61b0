"""QR codes as matrices of modules that are whole dots of a printer, with the quiet zone that readers need."""

import functools
import itertools

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from lims.documents.layout import Code
from lims.documents.sheet import DOT_PT

QUIET_MODULES = 4
# 0.25 mm: what an ordinary phone still reads.
MIN_DOTS = 3

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
    matrix = QRCode(None, QRErrorCorrectLevel.M)
    matrix.addData(text)
    matrix.make()
    return tuple(_runs(row) for row in matrix.modules)


def _runs(row: list[bool]) -> tuple[tuple[int, int], ...]:
    runs = []
    start = 0
    for dark, modules in itertools.groupby(row):
        length = len(list(modules))
        if dark:
            runs.append((start, length))
        start += length
    return tuple(runs)
