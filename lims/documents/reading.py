"""Reads the columns of a row, or of some, by statements that are compiled once per process."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet

# Stand for the keys while a statement is compiled; no key is negative.
MARKERS = (-999_999_937, -999_999_929)


class RowReader:
    """A `.values(...)` query by one or two integer keys, kept as SQL.

    Every open runs such queries, and so does finalizing; Django takes three times as long to compile one as
    PostgreSQL to answer it. Only for columns whose values psycopg returns ready to use.

    `locks` names the tables whose rows stay locked until the transaction ends. Not their keys: whoever adds a
    row that refers to one of them need not wait.
    """

    def __init__(
        self, rows_of: Callable[..., QuerySet], keys: int = 1, locks: Sequence[type[Model]] = ()
    ) -> None:
        self._rows_of, self._markers, self._locks = rows_of, MARKERS[:keys], locks

    def read(self, *keys: int) -> dict[str, Any] | None:
        """Return the row's columns by name, or None if there is no such row."""
        return next(iter(self.read_all(*keys)), None)

    def read_all(self, *keys: int) -> list[dict[str, Any]]:
        """Return each row's columns by name, in the order that the query asks for."""
        with connection.cursor() as cursor:
            cursor.execute(*self._asking(*keys))
            return self._take(cursor)

    def _asking(self, *keys: int) -> tuple[str, list[Any]]:
        sql, params, __ = self._compiled
        key_of = dict(zip(self._markers, keys, strict=True))
        return sql, [key_of.get(param, param) for param in params]

    def _take(self, cursor: CursorWrapper) -> list[dict[str, Any]]:
        names = self._compiled[2]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @cached_property
    def _compiled(self) -> tuple[str, tuple, tuple[str, ...]]:
        rows = self._rows_of(*self._markers)
        # A model's own order is for lists.
        query = (rows if rows.query.order_by else rows.order_by()).query
        # Where the user may see nothing at all, this too is a statement: one that finds nothing.
        sql, params = query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
        return sql + self._locking, params, tuple(query.selected or ())

    @property
    def _locking(self) -> str:
        # Django itself locks no rows of which only some columns are asked for.
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in self._locks)
        return f" FOR NO KEY UPDATE OF {tables}" if tables else ""


def read_together(**asked: tuple[RowReader, int]) -> dict[str, list[dict[str, Any]]]:
    """Return each reader's rows for its key, by name, in one exchange with the database.

    The statements go as one message: to send and await each takes longer than to answer it.
    """
    sent = [reader._asking(key) for reader, key in asked.values()]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, __ in sent), [key for __, keys in sent for key in keys])
        return {name: _next(reader, cursor) for name, (reader, __) in asked.items()}


def _next(reader: RowReader, cursor: CursorWrapper) -> list[dict[str, Any]]:
    rows = reader._take(cursor)
    cursor.nextset()
    return rows
