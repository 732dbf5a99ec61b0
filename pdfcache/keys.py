"""From a snapshot to the key of its PDF. Pure: no storage, no clock."""

import hashlib
import hmac
import json
import re
from typing import Any

from django.conf import settings

ROOT = "cache/"
KIND_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
KIND_MAX_LENGTH = 40

_LEAVES = frozenset({str, int, bool, type(None)})


def is_safe_kind(kind: str) -> bool:
    """Whether a kind can stand in a key: lower-case words joined by hyphens, at most 40 characters."""
    return len(kind) <= KIND_MAX_LENGTH and KIND_PATTERN.fullmatch(kind) is not None


def canonical_json(snapshot: Any) -> bytes:
    """The one spelling of a snapshot or a part of one: sorted keys, compact, UTF-8.

    Raises TypeError naming the path of a value that has no such spelling. Floats are refused, so that
    bytes never hang on how a float prints: give text or an integer of a smaller unit.
    """
    _refuse_unspellable(snapshot, "snapshot")
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise TypeError("The snapshot has text with a lone surrogate; a retry does not help.") from error


def digest(kind: str, template_version: int, pk: int, snapshot: dict[str, Any]) -> str:
    """HMAC-SHA256 in hex, under PDFCACHE_SECRET, over what decides how the PDF looks."""
    mac = hmac.new(settings.PDFCACHE_SECRET.encode(), digestmod=hashlib.sha256)
    for part in (kind.encode(), b"%d" % template_version, b"%d" % pk, canonical_json(snapshot)):
        mac.update(b"%d:" % len(part))  # without its length a part could lend its end to the next one
        mac.update(part)
    return mac.hexdigest()


def cache_key(kind: str, pk: int, digest: str) -> str:
    """`cache/<kind>/<pk>/<digest>.pdf`."""
    return f"{prefix(kind, pk)}{digest}.pdf"


def prefix(kind: str | None = None, pk: int | None = None) -> str:
    """The prefix of all keys, of a kind's or of a document's; its last slash keeps 1 from being 10."""
    if kind is None:
        if pk is not None:
            raise ValueError("A document has a kind: a pk alone names nothing; a retry does not help.")
        return ROOT
    if not is_safe_kind(kind):
        raise ValueError(f"The kind {kind!r} cannot stand in a key; a retry does not help.")
    return f"{ROOT}{kind}/" if pk is None else f"{ROOT}{kind}/{pk:d}/"


def parse(key: str) -> tuple[str, int] | None:
    """The kind and pk in a key, or None when the key is not one of ours."""
    match = re.fullmatch(r"cache/([a-z0-9-]+)/(-?\d+)/[0-9a-f]{64}\.pdf", key)
    return (match[1], int(match[2])) if match else None


def _refuse_unspellable(value: Any, path: str) -> None:
    if isinstance(value, dict):
        for name, child in value.items():
            if not isinstance(name, str):
                raise TypeError(f"{path} has the key {name!r}, not text; a retry does not help.")
            if type(child) not in _LEAVES:
                _refuse_unspellable(child, f"{path}.{name}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if type(child) not in _LEAVES:
                _refuse_unspellable(child, f"{path}[{index}]")
    elif not isinstance(value, str | int | None):
        raise TypeError(
            f"{path} is a {type(value).__name__}, which has no one spelling; a retry does not help."
        )
