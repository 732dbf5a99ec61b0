"""What a report says, in a form that a plain template of another engine can print."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import font_source_sans_pro

from lims.documents.paper import qr
from lims.documents.paper.labels import words

FONTS = Path(font_source_sans_pro.__file__).parent / "files"
MODULE_MM = 0.5


def story(shown: Mapping[str, Any], assets: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """Write a report's pictures and code into a folder, and return its texts with their file names."""
    for digest, content in assets.items():
        (folder / digest).with_suffix(_suffix(content)).write_bytes(content)
    (folder / "code.svg").write_text(_code(shown["verification"]["url"]))
    named = {digest: digest + _suffix(content) for digest, content in assets.items()}
    logo, signature = shown["laboratory"]["logo"], shown["author"]["signature"]
    return {
        "title": words(shown["language"])[f"{shown['kind']}_report"],
        "number": shown["number"],
        "laboratory": _texts(shown["laboratory"]),
        "logo": logo and named[logo["sha256"]],
        "facts": [*_texts(shown["patient"]), *_texts(shown["veterinarian"]), shown["owner"]["name"]],
        "specimens": [" · ".join(_texts(specimen)) for specimen in shown["specimens"]],
        "history": shown["clinical_history"],
        "diagnoses": [_diagnosis(row) for row in shown["diagnoses"]],
        "sections": [[name, text.split("\n")] for name, text in shown["texts"].items() if text],
        "figures": [[named[image["sha256"]], image["caption"]] for image in shown["images"]],
        "author": _texts(shown["author"]),
        "signature": signature and named[signature["sha256"]],
        "code": [shown["verification"]["code"], shown["verification"]["address"]],
    }


def _texts(values: Mapping[str, Any]) -> list[str]:
    return [str(value) for value in values.values() if isinstance(value, str) and value]


def _diagnosis(row: Mapping[str, Any]) -> list[Any]:
    return [
        row["heading"],
        row["diagnosis"],
        [[each["element"], each["answer"]] for each in row["synoptic"]],
    ]


def _suffix(content: bytes) -> str:
    return ".png" if content.startswith(b"\x89PNG") else ".jpg"


def _code(url: str) -> str:
    rows = qr._rows(url)
    size = len(rows) + 2 * qr.QUIET_MODULES
    path = "".join(
        f"M{start + qr.QUIET_MODULES} {number + qr.QUIET_MODULES}h{length}v1h-{length}z"
        for number, row in enumerate(rows)
        for start, length in row
    )
    side = f"{size * MODULE_MM}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {size} {size}">'
        f'<path d="{path}"/></svg>'
    )
