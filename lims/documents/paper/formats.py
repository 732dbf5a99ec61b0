"""Money, numbers and days as the reader of a paper writes them, from decimal strings and ISO days."""

import datetime
import decimal
import functools
import re

import babel
from babel.dates import format_date
from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol

CURRENCY = "ARS"
# Babel leaves out the space that CLDR wants between a currency and its digits.
_SPACED = "¤\u00a0#,##0.00"
NO_BREAK = "\u00a0"
_UNITS = "|".join(
    (
        r"[kcmµμn]?m[²³]?|[kmµμn]?g|[dmµμ]?[lL]|[mµμn]?mol|UI?|IU|Gy|°C|[CHL]PF|CGA|%|‰|[x×]",
        r"años?|mes(?:es)?|semanas?|días?|horas?|h|min|campos?|mitosis",
        r"years?|months?|weeks?|days?|hours?|fields?|mitos[ei]s",
    )
)
_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))|(?<=\d[ \u00a0][x×]) (?=\d)")
_LOCALES = {"es": "es_AR", "en": "en"}


@functools.lru_cache(maxsize=1024)
def money(amount: str, language: str) -> str:
    """The amount with its currency and a no-break space: `$ 1.234,50`, in English `ARS 1,234.50`."""
    return format_currency(_decimal(amount), CURRENCY, _SPACED, locale=_locale(language))


def number(amount: str, language: str) -> str:
    """The amount with two decimals and no currency, for a column of a table."""
    return f"{_decimal(amount):,.2f}".translate(_separators(language))


def quantity(amount: str, language: str) -> str:
    """The quantity with the decimals that it needs."""
    text = f"{_decimal(amount):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_separators(language))


@functools.lru_cache(maxsize=1024)
def day(iso: str, language: str) -> str:
    """The day in words: `23 de noviembre de 2026`, `November 23, 2026`."""
    return format_date(datetime.date.fromisoformat(iso), "long", locale=_locale(language))


@functools.lru_cache(maxsize=1024)
def short_day(iso: str, language: str) -> str:
    """The day with its month's short name, without a break: `23 nov 2026`, `Nov 23, 2026`."""
    text = format_date(datetime.date.fromisoformat(iso[:10]), "medium", locale=_locale(language))
    return text.replace(" ", NO_BREAK)


def moment(iso: str, language: str) -> str:
    """The day as `short_day` writes it, and the time in the zone that the ISO time is in: `10:31 h`."""
    hours = f"{datetime.datetime.fromisoformat(iso):%H:%M}"
    return f"{short_day(iso, language)}, {hours}" + (f"{NO_BREAK}h" if language == "es" else "")


def unbroken(text: str) -> str:
    """The text with a no-break space between each number and the unit that follows it."""
    return _UNIT.sub(NO_BREAK, text)


def _decimal(amount: str) -> decimal.Decimal:
    try:
        return decimal.Decimal(amount)
    except decimal.InvalidOperation:
        raise ValueError("An amount of this paper is not a number; a retry does not help.") from None


@functools.cache
def _locale(language: str) -> babel.Locale:
    return babel.Locale.parse(_LOCALES[language])


@functools.cache
def _separators(language: str) -> dict[int, str]:
    locale = _locale(language)
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}
