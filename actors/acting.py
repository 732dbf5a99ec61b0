"""Attributes changes to a user: sets the name in the database session, where history triggers read it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
SET_USER = """SELECT set_config('pghistory.context_metadata', '{{"user": {user_id:d}}}', true); """


@contextmanager
def acting(user_id: int | None) -> Iterator[None]:
    """Attribute the changes that this thread writes meanwhile to a user; None is the program itself.

    Costs no statement of its own: it is sent with each write of a tracked table, until the transaction ends.
    """
    if user_id is None:
        yield
        return
    with connection.execute_wrapper(_Attribution(user_id)):
        yield


class _Attribution:
    def __init__(self, user_id: int) -> None:
        self._set_user = SET_USER.format(user_id=user_id)

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if many or not _is_tracked(sql):
            return execute(sql, params, many, context)
        result = execute(f"{self._set_user}{sql}", params, many, context)
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
