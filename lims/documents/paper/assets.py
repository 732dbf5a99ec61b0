"""The parts of a document that its snapshot names by digest: logo, signature, frozen lines of an order."""

from collections.abc import Iterable, Mapping
from typing import Any

from lims.models import Asset
from pdfcache.keys import canonical_json


def canonical_lines(lines: list[dict[str, str]]) -> bytes:
    """Return the one spelling of printed lines."""
    return canonical_json(lines)


def load_assets(parts: Iterable[Any]) -> Mapping[str, bytes]:
    """Return the bytes of every part that is `{"sha256": ...}`; others are in the snapshot as they are."""
    digests = {part["sha256"] for part in parts if isinstance(part, dict)}
    return {asset.pk: bytes(asset.content) for asset in Asset.objects.filter(pk__in=digests)}
