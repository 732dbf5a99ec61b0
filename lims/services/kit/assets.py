"""Puts away the frozen parts of papers under their digest."""

import hashlib

from lims.models import Asset


def keep(content: bytes, media_type: str, width_px: int | None = None, height_px: int | None = None) -> str:
    """Store a part and return its SHA-256 in hex; idempotent, as the same bytes are the same row."""
    sha256 = hashlib.sha256(content).hexdigest()
    asset = Asset(
        sha256=sha256, media_type=media_type, content=content, width_px=width_px, height_px=height_px
    )
    Asset.objects.bulk_create([asset], ignore_conflicts=True)
    return sha256
