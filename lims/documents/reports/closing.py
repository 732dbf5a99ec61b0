"""The end of a report: who signs it, how it is verified, what it may be used for, and the end mark."""

from collections.abc import Mapping

from lims.documents.paper import images, qr
from lims.documents.paper.formats import NO_BREAK, moment
from lims.documents.paper.layout import Block, Link, Picture, Rule, Text
from lims.documents.paper.typesetting import (
    CONTENT_WIDTH_PT,
    LEFT_PT,
    MM,
    NAME,
    PAGE_WIDTH_PT,
    RIGHT_PT,
    Column,
    width_pt,
)
from lims.documents.reports.layout import NOTE, STRONG, TEXT

SIGNATURE_WIDTH_PT, SIGNATURE_HEIGHT_PT = 60 * MM, 22 * MM
SIGNER_WIDTH_PT = 78 * MM
CODE_X_PT = LEFT_PT + SIGNER_WIDTH_PT + 10 * MM
CODE_PT = 24 * MM
GROUP = 4

Words = Mapping[str, str]


def closing(report: Mapping, say: Words, language: str) -> list[Block]:
    """Signature beside verification, the two reservations, the end mark: all of it on one page."""
    signed = _signed(report, say, language)
    signed.keep_with_next = True
    notes = Column(LEFT_PT, CONTENT_WIDTH_PT, down_pt=8)
    notes.add(f"{say['only_samples']} {say['in_full']}", NOTE)
    reservations = Block(notes.down_pt, notes.texts, keep_with_next=True)
    return [signed, reservations, _end(say["end"])]


def _signed(report: Mapping, say: Words, language: str) -> Block:
    left = _signer(report["author"], report["finalized_at"], say, language)
    right = _verification(report["verification"], say) if report["verification"] else Block(0)
    return Block(
        max(left.height_pt, right.height_pt),
        left.texts + right.texts,
        [*left.rules, *right.rules],
        pictures=left.pictures,
        codes=right.codes,
        links=right.links,
        bookmark=say["signature"],
    )


def _signer(author: Mapping, finalized_at: str | None, say: Words, language: str) -> Block:
    pictures = _signature(author["signature"])
    line = 16 + SIGNATURE_HEIGHT_PT
    column = Column(LEFT_PT, SIGNER_WIDTH_PT, down_pt=line + 3).add(author["name"], NAME)
    for text in (author["specialty"], author["position"]):
        column.add(text, TEXT)
    column.add(f"{say['licence']} {author['licence']}", TEXT)
    column.add(author["contact"], TEXT)
    when = say["signed"].format(moment=moment(finalized_at, language)) if finalized_at else say["to_sign"]
    column.add(when, STRONG, before_pt=2)
    rule = Rule(LEFT_PT, LEFT_PT + SIGNER_WIDTH_PT, line, 0.6)
    return Block(column.down_pt, column.texts, [rule], pictures=pictures)


def _signature(signature: Mapping | None) -> list[Picture]:
    if not signature:
        return []
    box = (SIGNATURE_WIDTH_PT, SIGNATURE_HEIGHT_PT)
    size = images.fitted(signature["width_px"], signature["height_px"], *box)
    return [Picture(signature["sha256"], LEFT_PT, 14 + SIGNATURE_HEIGHT_PT, *size)]


def _verification(verification: Mapping, say: Words) -> Block:
    code, size = qr.code(verification["url"], CODE_X_PT, 16, CODE_PT)
    x = CODE_X_PT + size + 2 * MM
    column = Column(x, RIGHT_PT - x, down_pt=16 + qr.QUIET_MODULES * code.module_pt)
    column.add(say["verification"], STRONG).add(say["verify_at"], NOTE)
    column.add(verification["address"], STRONG).add(say["verify_code"], NOTE)
    column.add(_grouped(verification["code"]), NAME).add(say["verify_file"], NOTE, before_pt=3)
    link = Link(verification["url"], CODE_X_PT, 16 + size, size, size)
    return Block(max(column.down_pt, 16 + size), column.texts, codes=[code], links=[link])


def _grouped(code: str) -> str:
    """A long code as people read and type it, four characters at a time."""
    whole = len(code) > GROUP and code.isalnum()
    return NO_BREAK.join(code[n : n + GROUP] for n in range(0, len(code), GROUP)) if whole else code


def _end(text: str) -> Block:
    shown = f"—  {text}  —"
    x = (PAGE_WIDTH_PT - width_pt(shown, NOTE)) / 2
    return Block(10 + NOTE.leading_pt, [Text(x, 10 + NOTE.baseline_pt, NOTE, shown)])
