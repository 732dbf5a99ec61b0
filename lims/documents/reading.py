"""Reads the columns of one row by a statement that is compiled once per process."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stand for the keys while a statement is compiled; no key is negative.
MARKERS = (-999_999_937, -999_999_929)


class RowReader:
    """A `.values(...)` query by one or two integer keys, kept as SQL.

    Every open runs such queries, and Django takes three times as long to compile one as PostgreSQL to answer
    it. Only for columns whose values psycopg returns ready to use.
    """

    def __init__(self, rows_of: Callable[..., QuerySet], keys: int = 1) -> None:
        self._rows_of, self._markers = rows_of, MARKERS[:keys]

    def read(self, *keys: int) -> dict[str, Any] | None:
        """Return the row's columns by name, or None if there is no such row."""
        sql, params, names = self._compiled
        key_of = dict(zip(self._markers, keys, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [key_of.get(param, param) for param in params])
            row = cursor.fetchone()
        return row and dict(zip(names, row, strict=True))

    @cached_property
    def _compiled(self) -> tuple[str, tuple, tuple[str, ...]]:
        query = self._rows_of(*self._markers).order_by().query
        sql, params = query.sql_with_params()
        return sql, params, (*query.values_select, *query.annotation_select)
