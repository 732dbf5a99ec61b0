"""The verbs of the cache: lookup, url, fill, render, prune, invalidate, stats. No S3 client here."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from pdfcache import keys, registry, store
from pdfcache.errors import DocumentGone, RenderError
from pdfcache.registry import DocumentType, Snapshot

EXPIRES_SOON = timedelta(days=1)


@dataclass(frozen=True)
class Lookup:
    """The look-up of a document as it is now; `expires_soon` is true of hits only."""

    kind: str
    pk: int
    key: str
    filename: str
    hit: bool
    expires_soon: bool
    snapshot: Snapshot


@dataclass(frozen=True)
class Filled(Lookup):
    """A lookup that is a hit now, and whether this call rendered."""

    rendered: bool


class CachedObject(NamedTuple):
    key: str
    size: int
    last_modified: datetime


class KindStats(NamedTuple):
    objects: int
    size: int


def lookup(kind: str, pk: int) -> Lookup:
    """One snapshot and one HEAD. Raises UnknownKind, DocumentGone, StoreError."""
    document_type = registry.get(kind)
    snapshot = document_type.snapshot(pk)
    key = _key(document_type, pk, snapshot)
    found = store.stat(key)
    return Lookup(
        kind=kind,
        pk=pk,
        key=key,
        filename=document_type.filename(snapshot),
        hit=found is not None,
        expires_soon=found is not None and _expires_soon(found.last_modified),
        snapshot=snapshot,
    )


def url(lookup: Lookup) -> str:
    """A presigned URL of a hit, for one click: lives PDF_URL_TTL_S seconds, sends no request."""
    if not lookup.hit:
        raise ValueError("A miss has no URL; fill it first.")
    return store.presign(lookup.key, lookup.filename, settings.PDF_URL_TTL_S)


def fill(kind: str, pk: int) -> Filled:
    """Makes the document as it is now a hit; renders only on a miss or a hit that expires soon.

    Idempotent, safe twice or late. Raises UnknownKind, DocumentGone, StoreError, RenderError.
    """
    found = lookup(kind, pk)
    if found.hit and not found.expires_soon:
        return _filled(found, rendered=False)
    data = _render(registry.get(kind), found.snapshot)
    store.put(found.key, data)
    return _filled(replace(found, hit=True, expires_soon=False), rendered=True)


def render(kind: str, pk: int) -> tuple[bytes, str]:
    """The PDF and its file name, drawn now, nothing kept. Raises UnknownKind, DocumentGone, RenderError."""
    document_type = registry.get(kind)
    snapshot = document_type.snapshot(pk)
    return _render(document_type, snapshot), document_type.filename(snapshot)


def cached(kind: str, pk: int) -> list[CachedObject]:
    """The cached objects of a document, the current and the superseded ones. Raises StoreError."""
    return _objects(keys.prefix(kind, pk))


def superseded(kind: str, pk: int) -> list[CachedObject]:
    """Objects that `prune` would delete: all but the current; all when the row is gone. Raises StoreError."""
    # Listed before the snapshot is taken: what a fill puts in between is never in the list.
    objects = cached(kind, pk)
    current = _current_key(kind, pk)
    return [cached_object for cached_object in objects if cached_object.key != current]


def prune(kind: str, pk: int) -> int:
    """Deletes the superseded objects of a document and returns how many. Idempotent. Raises StoreError."""
    return store.delete(cached_object.key for cached_object in superseded(kind, pk))


def invalidate(kind: str | None = None, pk: int | None = None) -> int:
    """Deletes what is cached of a document, a kind or everything; returns how many. Idempotent.

    Raises StoreError; ValueError for a pk without a kind.
    """
    return store.delete(found.key for found in store.list(keys.prefix(kind, pk)))


def stats(kind: str | None = None, pk: int | None = None) -> dict[str, KindStats]:
    """Per kind: how many objects and how many bytes, from a listing of all of them. Raises StoreError."""
    totals: dict[str, KindStats] = defaultdict(lambda: KindStats(0, 0))
    for found in store.list(keys.prefix(kind, pk)):
        name = found.key.split("/")[1]
        totals[name] = KindStats(totals[name].objects + 1, totals[name].size + found.size)
    return dict(sorted(totals.items()))


def documents(kind: str | None = None, pk: int | None = None) -> list[tuple[str, int]]:
    """Kind and pk of every document of which something is kept, sorted. Raises StoreError."""
    parsed = (keys.parse(found.key) for found in store.list(keys.prefix(kind, pk)))
    return sorted({document for document in parsed if document})


def _filled(found: Lookup, *, rendered: bool) -> Filled:
    return Filled(**vars(found), rendered=rendered)


def _key(document_type: DocumentType, pk: int, snapshot: Snapshot) -> str:
    digest = keys.digest(document_type.kind, document_type.template_version, pk, snapshot)
    return keys.cache_key(document_type.kind, pk, digest)


def _current_key(kind: str, pk: int) -> str | None:
    document_type = registry.get(kind)
    try:
        return _key(document_type, pk, document_type.snapshot(pk))
    except DocumentGone:
        return None


def _render(document_type: DocumentType, snapshot: Snapshot) -> bytes:
    assets = document_type.assets(snapshot)
    try:
        data = document_type.render(snapshot, assets)
    except Exception as error:
        raise RenderError(
            f"Drawing a {document_type.kind} failed ({type(error).__name__}); "
            "a retry does not help until the data or the code changes."
        ) from error
    if not isinstance(data, bytes) or not data.startswith(b"%PDF-"):
        raise RenderError(f"Drawing a {document_type.kind} made no PDF; a retry does not help.")
    return data


def _objects(prefix: str) -> list[CachedObject]:
    return [CachedObject(found.key, found.size, found.last_modified) for found in store.list(prefix)]


def _expires_soon(last_modified: datetime) -> bool:
    expires_at = last_modified + timedelta(days=settings.PDF_CACHE_DAYS)
    return datetime.now(UTC) >= expires_at - EXPIRES_SOON
