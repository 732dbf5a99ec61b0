"""Typed values outside of forms."""

from collections.abc import Mapping
from typing import Any, cast

from django.http import QueryDict

from lims.models.limits import PK_MAX


def typed_pk(text: str) -> int | None:
    """Return the key that was typed or sent, None for what can be none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(PK_MAX))
    return int(text) if is_number and 0 < int(text) <= PK_MAX else None


def typed_version(data: QueryDict) -> int | None:
    """Return the version that a page was of, None where none was sent; 0, which nothing has, for nonsense."""
    sent = data.get("version")
    return None if sent is None else typed_pk(sent) or 0


def replaced(data: Mapping[str, Any], name: str, value: object) -> QueryDict:
    """Return what was sent with one value in place of another, as if it had been typed."""
    changed = QueryDict(mutable=True)
    changed.update(cast(Any, data))
    changed[name] = str(value)
    return changed
