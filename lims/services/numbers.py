"""Number series without gaps or repeats: a number is taken in the transaction that uses it."""

from django.db import connection

from lims.models import NumberSeries

# The row's lock makes concurrent takers wait for each other's commit, so a rolled-back number is given again.
TAKE = """
INSERT INTO {table} AS series (name, last) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET last = series.last + EXCLUDED.last
RETURNING last
"""


def take(series: str, count: int = 1) -> range:
    """Return the next `count` numbers of a series, inside the caller's transaction.

    Not idempotent: each call takes new ones. The series stays locked until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(table=NumberSeries._meta.db_table), [series, count])
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def work_order_number(year: int) -> str:
    """Take and return the next work order's number of a year, such as OT-2026-001."""
    return f"OT-{year}-{take(f'OT-{year}')[0]:03d}"
