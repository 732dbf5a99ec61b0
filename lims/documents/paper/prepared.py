"""Statements that a connection parses and plans once, sent several at a time.

They are prepared where they are first executed, in the same message, and live as long as their connection,
whatever becomes of its transactions. A pooler that lends one connection to many between transactions would
lose them: with `DATABASE_POOLER=transaction` they are sent as plain statements, in one message all the same.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Connection

Rows = list[dict[str, Any]]


class Statement:
    """A query by integer keys, which its SQL calls $1 and $2, and the names of the columns it returns."""

    def __init__(self, sql: str, keys: int, columns: tuple[str, ...]) -> None:
        self.sql, self.columns = sql, columns
        self.types = ", ".join(["bigint"] * keys)
        self.name = f"read_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"

    def plain(self, keys: Sequence[int]) -> str:
        """Return the query with these keys in it."""
        return re.sub(r"\$([12])(?!\d)", lambda match: f"{keys[int(match[1]) - 1]:d}::bigint", self.sql)


Asked = Sequence[tuple[Statement, Sequence[int]]]


class Prepared:
    """What a connection has prepared: the name of each statement there."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._failures = 0

    def message(self, asked: Asked) -> tuple[list[str], list[str]]:
        """Return what prepares the statements that are new, and what executes all of them."""
        new = {each.name: each for each, __ in asked if each.name not in self._names}
        self._names |= {name: f"{name}_{self._failures}" for name in new}
        prepared = [f"PREPARE {self._names[name]} ({each.types}) AS {each.sql}" for name, each in new.items()]
        executed = [f"EXECUTE {self._names[each.name]} ({', '.join(map(str, keys))})" for each, keys in asked]
        return prepared, executed

    def forget(self, asked: Asked) -> None:
        """Prepare these anew, by other names: how much of their message was done is not known."""
        self._failures += 1
        for each, __ in asked:
            self._names.pop(each.name, None)


_prepared: WeakKeyDictionary[Connection, Prepared] = WeakKeyDictionary()


def execute(cursor: CursorWrapper, asked: Asked) -> list[Rows]:
    """Return the rows of each statement, asked in one exchange: to await each takes longer than to answer it.

    Raises what the database says, for which nothing was read.
    """
    if settings.DATABASE_POOLER == "transaction":
        cursor.execute("; ".join(each.plain(keys) for each, keys in asked))
        return [_rows(cursor, each.columns) for each, __ in asked]
    known = _prepared.setdefault(connection.connection, Prepared())
    new, executed = known.message(asked)
    try:
        cursor.execute("; ".join(new + executed))
    except BaseException:
        # Also a time limit or an end that reaches the thread in between.
        known.forget(asked)
        raise
    for __ in new:
        cursor.nextset()
    return [_rows(cursor, each.columns) for each, __ in asked]


def _rows(cursor: CursorWrapper, columns: tuple[str, ...]) -> Rows:
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    cursor.nextset()
    return rows
