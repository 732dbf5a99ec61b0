"""What came and what was made of it: specimens as received, and the key of blocks and slides."""

from collections.abc import Mapping, Sequence

from lims.documents.paper.layout import Block
from lims.documents.reports.tables import pairs, table

Words = Mapping[str, str]


def specimens(report: Mapping, say: Words) -> list[Block]:
    """A row for each specimen, and below what holds for all of them."""
    titles = [say[name] for name in ("label", "site", "side", "procedure", "pieces")]
    rows = [_specimen(each, say) for each in report["specimens"]]
    of_each = table(titles, rows, (16, 42, 20, 48, 14))
    of_all = pairs(_arrival(report, say), 0.24)
    return [*of_each, Block(5), *of_all] if of_each else of_all


def blocks_and_slides(report: Mapping, say: Words) -> list[Block]:
    """Every block with its slides, then the slides that show no block, all by their printed codes."""
    titles = [say[name] for name in ("block_code", "specimen", "material", "slides_and_stains")]
    rows = [
        (each["code"], each["specimen"] or "—", each["material"] or "—", _slides(each["slides"]))
        for each in report["blocks"]
    ]
    smears = [(each["code"], each["stain"]) for each in report["slides"]]
    return [
        *table(titles, rows, (28, 16, 42, 54)),
        *table([say["slide_code"], say["stain"]], smears, (40, 100)),
    ]


def _specimen(specimen: Mapping, say: Words) -> tuple[str, ...]:
    unstated = say["not_stated"]
    return (
        specimen["label"],
        specimen["site"] or unstated,
        say[specimen["side"]] if specimen["side"] else unstated,
        specimen["procedure"] or unstated,
        str(specimen["pieces"]),
    )


def _arrival(report: Mapping, say: Words) -> list[tuple[str, str]]:
    sample = report["sample"]
    rows = [
        (say["fixative"], sample["preservation"] or say["not_stated"])
        if report["kind"] == "histopathology"
        else (say["technique"], say[sample["technique"]] if sample["technique"] else say["not_stated"]),
        (say["containers" if report["kind"] == "histopathology" else "slides_sent"], _counts(sample, say)),
        (say["condition"], say[sample["condition"]] if sample["condition"] else say["not_stated"]),
        (say["reception_notes"], sample["reception_notes"]),
        (say["discrepancies"], sample["discrepancies"]),
    ]
    return [row for row in rows if row[1].strip()]


def _counts(sample: Mapping, say: Words) -> str:
    declared, received = (
        say["not_stated"] if count is None else str(count)
        for count in (sample["declared"], sample["received"])
    )
    return say["declared_received"].format(declared=declared, received=received)


def _slides(slides: Sequence[Mapping]) -> str:
    return "\n".join(f"{each['code']} · {each['stain']}" for each in slides) or "—"
