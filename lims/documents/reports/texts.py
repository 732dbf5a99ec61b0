"""The long texts of a report's snapshot: 200 kB of forty pages, which freezing leaves in their columns.

The database lets nothing change those columns once their report is no draft any more (`lims.models.frozen`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lims.models.reports import TEXT_FIELDS

# What a snapshot calls a block's columns that are frozen, and its observations, which are not.
CASSETTE = {"code": "cassette__code", "material": "cassette__material"}
OBSERVED = ("observation", "partial_diagnosis")


def cassette(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a block as a snapshot shows it, with as much of its observations as the row has."""
    named = {name: row[source] for name, source in CASSETTE.items()}
    return named | {name: row[name] for name in OBSERVED if name in row}


def without_texts(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a snapshot is frozen in it, which is all but its long texts."""
    kept = {name: part for name, part in snapshot.items() if name != "texts"}
    return kept | {"cassettes": [{name: each[name] for name in CASSETTE} for each in snapshot["cassettes"]]}


def whole(report: Mapping[str, Any], observed: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the snapshot that `without_texts` was made of, or None for a draft.

    From a report's row and those of its blocks. Reports that were frozen with their texts have just those.
    """
    frozen = json.loads(report["snapshot"] or "null")
    if frozen is None:
        return None
    blocks = zip(observed, frozen["cassettes"], strict=True)
    texts = {name: report[name] for name in TEXT_FIELDS}
    return {"texts": texts} | frozen | {"cassettes": [cassette(row) | block for row, block in blocks]}
