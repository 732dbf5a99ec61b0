"""What the pathologist found: headlines per specimen, synoptic tables, what each block shows."""

from collections.abc import Mapping, Sequence

from lims.documents.paper.layout import Block, shifted
from lims.documents.reports.layout import HEADLINE, STRONG, TEXT, lines, section
from lims.documents.reports.tables import STRONG_CELL, pairs

Words = Mapping[str, str]


def diagnoses(shown: Sequence[Mapping]) -> list[Block]:
    """Each specimen over its diagnosis, which is larger and bolder than anything else in the report."""
    blocks: list[Block] = []
    for diagnosis in shown:
        text = lines(diagnosis["diagnosis"], HEADLINE)
        heading = lines(diagnosis["heading"], TEXT) if text else []
        for line in heading:
            line.keep_with_next = True
        if heading and blocks:
            heading[0] = shifted(heading[0], 6)
        blocks += [*heading, *text]
    return blocks


def synoptic_tables(shown: Sequence[Mapping], say: Words) -> list[Block]:
    """One table for each specimen that has one; none of its answers is empty."""
    blocks: list[Block] = []
    for diagnosis in shown:
        rows = [_row(row, say) for row in diagnosis["synoptic"] if _is_filled(row)]
        if rows:
            blocks += section(say["synoptic"], pairs(rows, 0.4, STRONG_CELL), note=diagnosis["heading"])
    return blocks


def cassettes(shown: Sequence[Mapping], say: Words) -> list[Block]:
    """A section for each block with an observation."""
    blocks: list[Block] = []
    for cassette in shown:
        text = lines(cassette["observation"], TEXT)
        if cassette["partial_diagnosis"].strip():
            text += lines(f"{say['partial_diagnosis']}: {cassette['partial_diagnosis']}", STRONG)
        code = cassette["code"].replace(" ", "\u00a0")
        blocks += section(say["block"].format(code=code), text, note=cassette["material"])
    return blocks


def _is_filled(row: Mapping) -> bool:
    return bool(row["element"].strip() or row["answer"].strip())


def _row(row: Mapping, say: Words) -> tuple[str, str]:
    return row["element"], row["answer"].strip() or say["not_stated"]
