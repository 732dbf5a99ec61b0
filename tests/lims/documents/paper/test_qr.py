"""The codes on papers against another encoder of the same standard (ISO/IEC 18004)."""

import pytest
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from lims.documents.paper import qr

MASKS = range(8)


def drawn(text: str) -> list[list[bool]]:
    rows = qr.code(text, 0, 0, 100)[0].rows
    return [
        [any(start <= at < start + length for start, length in row) for at in range(len(rows))]
        for row in rows
    ]


def by_another_encoder(text: str, mask: int) -> list[list[bool]]:
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, mask)
    return [[bool(module) for module in row] for row in code.modules]


# Texts that both cut into the same segments; which of the eight masks is taken is each encoder's taste.
@pytest.mark.parametrize("text", ["HP 26/0001-A1", "ABC123", "TMP-HP-20261123-001", "x" * 200])
def test_every_module_is_where_another_encoder_of_the_same_standard_puts_it(text):
    assert drawn(text) in [by_another_encoder(text, mask) for mask in MASKS]


def test_codes_that_differ_in_one_character_differ():
    assert drawn("HP 26/0001-A1") != drawn("HP 26/0001-A2")
