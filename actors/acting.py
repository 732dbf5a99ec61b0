"""In whose name rows are written: told to the database, whose triggers keep it with each change."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
SAY = """SELECT set_config('pghistory.context_metadata', '{{"user": {user_id:d}}}', true); """


@contextmanager
def acting(user_id: int | None) -> Iterator[None]:
    """Have the changes that are written meanwhile, by this thread, say who made them; nobody is the program.

    Costs no statement: it goes with those that write what is tracked, and holds until their transaction ends.
    """
    if user_id is None:
        yield
        return
    with connection.execute_wrapper(_Saying(user_id)):
        yield


class _Saying:
    def __init__(self, user_id: int) -> None:
        self._say = SAY.format(user_id=user_id)

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if many or not _is_tracked(sql):
            return execute(sql, params, many, context)
        result = execute(f"{self._say}{sql}", params, many, context)
        # The first of two answers is that of our own statement.
        context["cursor"].nextset()
        return result


def _is_tracked(sql: Any) -> bool:
    if not isinstance(sql, str):
        return False
    return any(match[1] in _tracked() for match in WRITES.finditer(sql))


@cache
def _tracked() -> frozenset[str]:
    models = (getattr(model, "pgh_tracked_model", None) for model in apps.get_models())
    return frozenset(model._meta.db_table for model in models if model)
