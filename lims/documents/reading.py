"""Reads the columns of one row by a statement that is compiled once per process."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MARKER = -999_999_937


class RowReader:
    """A `.values(...)` query by primary key, kept as SQL.

    Every open builds a snapshot, and Django takes three times as long to compile such a query as PostgreSQL
    to answer it. Only for columns whose values psycopg returns ready to use.
    """

    def __init__(self, rows_of: Callable[[int], QuerySet]) -> None:
        self._rows_of = rows_of

    def read(self, pk: int) -> dict[str, Any] | None:
        """Return the row's columns by name, or None if there is no such row."""
        sql, params, names = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [pk if param == MARKER else param for param in params])
            row = cursor.fetchone()
        return row and dict(zip(names, row, strict=True))

    @cached_property
    def _compiled(self) -> tuple[str, tuple, tuple[str, ...]]:
        query = self._rows_of(MARKER).order_by().query
        sql, params = query.sql_with_params()
        return sql, params, tuple(query.values_select)
