"""Typed texts: how they are stored, and how long they may be."""

import re
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def normalize(text: str) -> str:
    """Return the text as it is kept: as typed, with one kind of line end and without what no row can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _HALF_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)


def too_long(texts: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Return a sentence for each field whose text is longer than its limit."""
    message = _("At most %(most)s characters, and here are %(count)s.")
    return {
        name: message % {"most": most, "count": len(text)}
        for name, (text, most) in texts.items()
        if len(text) > most
    }


def max_length(model: type[models.Model], name: str) -> int:
    """Return how many characters a field of a model holds."""
    field: Any = model._meta.get_field(name)
    return field.max_length
