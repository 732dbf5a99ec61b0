"""Tax ids: how an Argentine one (CUIT) is written, and whether it can be one; the rule has no other home."""

import re

from django.utils.translation import gettext as _
from stdnum.ar import cuit

SEPARATORS = re.compile(r"[\s.-]")
# Typed as a CUIT is printed, with however many digits between the hyphens.
GROUPED = re.compile(r"[0-9]{2}-[0-9]+-[0-9]")


def spelled(typed: str) -> str:
    """Return a CUIT as it is printed, whichever way it was typed, and any other text as it is."""
    digits = SEPARATORS.sub("", typed)
    return cuit.format(digits) if _has_eleven_digits(digits) else typed.strip()


def wrong_cuit(text: str) -> str:
    """Return what is wrong with a CUIT: its length, its beginning or its check digit; nothing for none."""
    if not text or (spelled(text) == text and cuit.is_valid(text)):
        return ""
    return _("This is no CUIT: it has eleven digits, and the others tell the last, as in 20-12345678-6.")


def wrong_of_client(text: str) -> str:
    """Return what is wrong with the tax id of whoever pays an order, who may be of another country.

    Only what looks like a CUIT has to be one: final consumers give their national id, and each country has
    a form of its own. One that happens to have eleven digits, too, is told apart by a word before it.
    """
    looks_like_one = _has_eleven_digits(SEPARATORS.sub("", text)) or GROUPED.fullmatch(text)
    if not looks_like_one or not wrong_cuit(text):
        return ""
    return wrong_cuit(text) + " " + _("Before one of another country, write the country.")


def with_check_digit(first_ten: str) -> str:
    """Return the CUIT that begins with these ten digits, as it is printed."""
    return cuit.format(first_ten + cuit.calc_check_digit(first_ten))


def _has_eleven_digits(text: str) -> bool:
    return re.fullmatch("[0-9]{11}", text) is not None
