"""The report as a document: what it shows, frozen when it is finalized; `drawing` draws it.

It is archived and never cached, so pdfcache does not know it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from lims.documents.paper.assets import load_assets
from lims.documents.paper.pdfa import NotArchivable, archival, pages
from lims.documents.reports import rows
from lims.documents.reports.changes import FieldChange, changes
from lims.documents.reports.drawing import render
from lims.documents.reports.texts import without_texts
from lims.models.people import full_name

__all__ = [
    "KIND",
    "NotArchivable",
    "Seal",
    "archival",
    "asset_digests",
    "assets",
    "filename",
    "frozen",
    "media_digests",
    "pages",
    "render",
    "snapshot",
    "snapshot_of",
    "without_texts",
]

KIND = "report"
CHANGE_MAX = 300

Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Seal:
    """What a report gets when it is finalized: the time, and what its verification goes by."""

    finalized_at: datetime
    token: str
    code: str


def snapshot(pk: int, seal: Seal | None = None) -> Snapshot:
    """Return all that the report's PDF shows, from the rows as they are now; without a seal, a preview.

    A constant number of statements, whatever the report holds. Raises DocumentGone.
    """
    return snapshot_of(rows.read(pk), seal)


def snapshot_of(report: rows.Row, seal: Seal | None = None) -> Snapshot:
    """Return what `snapshot` does from rows that were read already; without the texts if those were not."""
    shown = _content(report, signed=seal is not None) | {
        "mark": None if seal else "draft",
        "finalized_at": seal and _moment(seal.finalized_at),
        "verification": seal and _verification(seal),
    }
    return shown | {"amendment": _amendment(report, shown)}


def frozen(pk: int) -> Snapshot:
    """Return all that a finalized report's PDF shows, as it was at the click. One exchange with the database.

    Raises DocumentGone.
    """
    return rows.read_frozen(pk)


def asset_digests(shown: Snapshot) -> set[str]:
    """Return the digests of logo and signature, which are rows."""
    parts = (shown["laboratory"]["logo"], shown["author"]["signature"])
    return {part["sha256"] for part in parts if part}


def media_digests(shown: Snapshot) -> set[str]:
    """Return the digests of the micrographs, which are objects in media."""
    return {image["sha256"] for image in shown["images"]}


def assets(shown: Snapshot) -> Mapping[str, bytes]:
    """Return logo and signature by digest; the micrographs' bytes are the caller's to add."""
    return load_assets([shown["laboratory"]["logo"], shown["author"]["signature"]])


def filename(shown: Snapshot) -> str:
    """Return the name under which a browser saves the PDF."""
    number = "-".join(re.findall(r"\w+", shown["number"], re.ASCII)) or "informe"
    draft = "-borrador" if shown["mark"] else ""
    return f"{number}-v{shown['version']}{draft}.pdf"


def _content(report: rows.Row, *, signed: bool) -> Snapshot:
    protocol = report["protocol"]
    return {
        "language": protocol["veterinarian__user__language"],
        "kind": protocol["kind"],
        "number": protocol["number"] or "",
        "version": report["version"],
        "is_preliminary": report["is_preliminary"],
        "first_issued_at": _moment(report["first_issued_at"]) if report["version"] > 1 else None,
        "laboratory": rows.laboratory(report),
        "patient": _patient(protocol),
        "owner": {
            "name": full_name(protocol["owner_first_names"], protocol["owner_last_names"]),
            "surname": protocol["owner_last_names"],
        },
        "veterinarian": rows.veterinarian(protocol),
        "collected_on": protocol["collected_on"] and protocol["collected_on"].isoformat(),
        "received_at": _moment(protocol["received_at"]),
        "sample": rows.sample(protocol),
        "clinical_history": protocol["clinical_history"],
        "presumptive_diagnosis": protocol["presumptive_diagnosis"],
        **rows.bench(report),
        **rows.findings(report),
        **rows.texts(report),
        "author": rows.author(report["author"], signed=signed),
    }


def _patient(protocol: rows.Row) -> dict[str, Any]:
    weight_kg = protocol["weight_kg"]
    return {name: protocol[name] for name in rows.PATIENT} | {
        "weight_kg": "" if weight_kg is None else str(weight_kg)
    }


def _verification(seal: Seal) -> dict[str, str]:
    address = f"{settings.SITE_URL}/verify/"
    return {"url": f"{address}{seal.token}/", "address": address, "code": seal.code}


def _amendment(report: rows.Row, shown: Snapshot) -> dict[str, Any] | None:
    replaced = rows.replaced(report)
    if replaced is None:
        return None
    differ = changes(replaced["snapshot"], shown) if replaced["snapshot"] else []
    return {
        "version": replaced["version"],
        "issued_at": _moment(replaced["finalized_at"]),
        "reason": report["amendment_reason"],
        "changes": [_shortened(change) for change in differ],
    }


def _shortened(change: FieldChange) -> dict[str, str]:
    """A change as page 1 names it; its section has the whole new text, and the old version the old one."""
    return {
        field: text if len(text) <= CHANGE_MAX else text[:CHANGE_MAX].rstrip() + "…"
        for field, text in change._asdict().items()
    }


def _moment(at: datetime | None) -> str | None:
    """The time in the laboratory's zone, whoever asks."""
    if at is None:
        return None
    return timezone.localtime(at, timezone.get_default_timezone()).isoformat(timespec="seconds")
