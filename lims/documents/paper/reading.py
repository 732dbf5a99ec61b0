"""Reads the columns of a row, or of some, by statements that a connection parses and plans once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from psycopg.sql import Literal

from lims.documents.paper.prepared import Rows, Statement, execute
from lims.models.limits import PK_MAX

# Stand for the keys while a statement is compiled; no key is negative.
MARKERS = (-999_999_937, -999_999_929)


class RowReader:
    """A `.values(...)` query by one or two integer keys, kept as a prepared statement.

    Every open runs such queries, and so does finalizing; for Django to compile one, and for PostgreSQL to
    parse and plan it, takes several times as long as to answer it. Only for columns whose values psycopg
    returns ready to use.

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

    def read_all(self, *keys: int) -> Rows:
        """Return each row's columns by name, in the order that the query asks for."""
        # An address may have any number in it.
        if max(keys) > PK_MAX:
            return []
        with connection.cursor() as cursor:
            (rows,) = execute(cursor, [(self._statement, keys)])
            return rows

    @cached_property
    def _statement(self) -> Statement:
        rows = self._rows_of(*self._markers)
        # A model's own order is for lists.
        query = (rows if rows.query.order_by else rows.order_by()).query
        # Where the user may see nothing at all, this too is a statement: one that finds nothing.
        sql, params = query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
        spelled = sql % tuple(map(self._spelled, params))
        return Statement(spelled + self._locking, len(self._markers), tuple(query.selected or ()))

    def _spelled(self, param: Any) -> str:
        if param in self._markers:
            return f"${self._markers.index(param) + 1}"
        return Literal(param).as_string(connection.connection)

    @property
    def _locking(self) -> str:
        # Django itself locks no rows of which only some columns are asked for.
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in self._locks)
        return f" FOR NO KEY UPDATE OF {tables}" if tables else ""


def read_together(**asked: tuple[RowReader, int]) -> dict[str, Rows]:
    """Return each reader's rows for its key, by name, in one exchange with the database."""
    with connection.cursor() as cursor:
        answers = execute(cursor, [(reader._statement, (key,)) for reader, key in asked.values()])
        return dict(zip(asked, answers, strict=True))
