"""The document types that the installed apps offer, by kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pdfcache.errors import UnknownKind

Snapshot = dict[str, Any]
Assets = Mapping[str, bytes]


@dataclass(frozen=True)
class DocumentType:
    """One kind of PDF: `snapshot(pk)` does all the database access and `render(snapshot, assets)` none.

    `snapshot` raises DocumentGone when the row is gone. `assets` fetches what the snapshot names by digest.
    `pks` lists the documents that "warm all" means. Who changes what `render` draws adds 1 to
    `template_version`. `prepare` loads what the first render of a process would wait for.
    """

    kind: str
    template_version: int
    snapshot: Callable[[int], Snapshot]
    assets: Callable[[Snapshot], Assets]
    render: Callable[[Snapshot, Assets], bytes]
    filename: Callable[[Snapshot], str]
    pks: Callable[[], Iterable[int]]
    prepare: Callable[[], None] = lambda: None


_types: dict[str, DocumentType] = {}


def register(document_type: DocumentType) -> DocumentType:
    """Adds a document type and returns it; raises ValueError when its kind is taken."""
    if document_type.kind in _types:
        raise ValueError(
            f"The document type {document_type.kind!r} is registered twice; a retry does not help."
        )
    _types[document_type.kind] = document_type
    return document_type


def get(kind: str) -> DocumentType:
    """The document type of that kind; raises UnknownKind."""
    try:
        return _types[kind]
    except KeyError:
        known = ", ".join(kinds()) or "none"
        raise UnknownKind(
            f"There is no document type {kind!r} (known: {known}); a retry does not help."
        ) from None


def kinds() -> list[str]:
    """Every registered kind, sorted."""
    return sorted(_types)
