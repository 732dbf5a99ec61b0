"""Number series without gaps or repeats: a number is taken in the transaction that uses it."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from lims.models import NumberSeries
from lims.models.protocols import ProtocolKind

LETTERS = {ProtocolKind.HISTOPATHOLOGY: "HP", ProtocolKind.CYTOLOGY: "CT"}

# The row's lock makes concurrent takers wait for each other's commit, so a rolled-back number is given again.
ALLOCATE = """
INSERT INTO {table} AS series (name, last) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET last = series.last + EXCLUDED.last
RETURNING last
"""


def allocate(series: str, count: int = 1) -> range:
    """Return the next `count` numbers of a series, inside the caller's transaction.

    Not idempotent: each call takes new ones. The series stays locked until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALLOCATE.format(table=NumberSeries._meta.db_table), [series, count])
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def work_order_number(year: int) -> str:
    """Take and return the next work order's number of a year, such as OT-2026-001."""
    return f"OT-{year}-{allocate(f'OT-{year}')[0]:03d}"


def temporary_code(kind: str, day: date) -> str:
    """Take and return the next code of a kind and a day, such as TMP-HP-20261123-001."""
    series = f"TMP-{LETTERS[ProtocolKind(kind)]}-{day:%Y%m%d}"
    return f"{series}-{allocate(series)[0]:03d}"


def protocol_numbers(kind: str, year: int, count: int = 1) -> list[str]:
    """Take and return the next numbers of a kind and a year, such as HP 26/001."""
    series = _protocol_series(kind, year)
    return [f"{series}/{number:03d}" for number in allocate(series, count)]


def hold_protocol_series(kinds: Iterable[str], year: int) -> None:
    """Lock the series of these kinds until the transaction ends, in the one order of all who take several."""
    for kind in sorted(kinds):
        allocate(_protocol_series(kind, year), 0)


def _protocol_series(kind: str, year: int) -> str:
    return f"{LETTERS[ProtocolKind(kind)]} {year % 100:02d}"
