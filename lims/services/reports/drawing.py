"""Draws a report from its snapshot: fetches the parts that the snapshot names by digest, and renders."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings

from lims.documents.reports import document
from pdfcache import store
from pdfcache.errors import RenderError, StoreError


def draw(
    snapshot: dict[str, Any],
    *,
    read_timeout_s: float | None = None,
    fetched: Callable[[], None] = lambda: None,
) -> bytes:
    """Return the plain PDF that a snapshot shows; `fetched` is called after each micrograph.

    Raises StoreError while media is away or lacks a part, and RenderError.
    """
    parts = dict(document.assets(snapshot))
    for sha256 in sorted(document.media_digests(snapshot)):
        parts[sha256] = _micrograph(sha256, read_timeout_s)
        fetched()
    try:
        return document.render(snapshot, parts)
    except Exception as error:
        raise RenderError(
            f"Drawing a report failed ({type(error).__name__}); "
            "a retry does not help until the data or the code changes."
        ) from error


def _micrograph(sha256: str, read_timeout_s: float | None) -> bytes:
    content = store.get(f"media/{sha256}", bucket=settings.S3_MEDIA_BUCKET, read_timeout_s=read_timeout_s)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreError(f"The store gave back another image than it got for {sha256}; a retry helps.")
    return content
