"""Selections, frozen by the statement that reads them: an answer hardly depends on how many things."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lims.errors import Incomplete
from lims.models import Operation, User
from lims.models.limits import PK_MAX
from lims.services.operations.action import Action

FREEZE = """
INSERT INTO {operation} (action, params, requested_by_id, state, item_ids, total, round, ended_round,
                         idempotency_key, created_at)
SELECT %s, %s::jsonb, %s, 'running', frozen.pks, cardinality(frozen.pks), 1, 0, %s, statement_timestamp()
FROM ({frozen}) AS frozen
WHERE cardinality(frozen.pks) > 0
ON CONFLICT (requested_by_id, idempotency_key) DO NOTHING
RETURNING id
"""
BY_ROWS = "SELECT array_agg(pk ORDER BY pk) AS pks FROM ({candidates}) AS candidate (pk)"
# The given ids, all or none of them: they are counted, which takes half as long as to gather them again.
BY_IDS = """
SELECT pks FROM (SELECT %s::bigint[] AS pks) AS given
WHERE cardinality(pks) = (SELECT count(*) FROM ({candidates}) AS candidate (pk) WHERE pk = ANY (pks))
"""


@dataclass(frozen=True)
class Selection:
    """Either ids, in this order, or the rows of a queryset, in the order of their ids."""

    ids: Sequence[int] | None = None
    rows: QuerySet | None = None


def rows(by: User, action: Action, selection: Selection) -> QuerySet:
    """Return those of the chosen things that the user may see, for a preview."""
    pks = _pks(selection) if selection.ids is None else list(selection.ids)
    return action.candidates(by).filter(pk__in=pks)


def freeze(by: User, action: Action, selection: Selection, key: str, params: dict[str, Any]) -> int | None:
    """Write a new operation about these things and return its pk.

    None, and nothing is written, if the key is used, if there are no such things, or if only some of the ids
    are there for the user. One statement, whatever their number.
    """
    try:
        frozen, values = _frozen(by, action, selection)
    except EmptyResultSet:
        return None
    head: list[Any] = [action.name, json.dumps(params), by.pk, key]
    with connection.cursor() as cursor:
        statement = FREEZE.format(operation=Operation._meta.db_table, frozen=frozen)
        cursor.execute(statement, [*head, *values])
        row = cursor.fetchone()
    return row and row[0]


def refuse_absent(by: User, action: Action, selection: Selection) -> NoReturn:
    """Raise Incomplete for a selection of which nothing could be frozen, as `refuse` does."""
    found = 0
    if selection.ids is not None:
        possible = [pk for pk in selection.ids if 0 < pk <= PK_MAX]
        found = rows(by, action, Selection(ids=possible)).count()
    refuse(selection, found)


def refuse(selection: Selection, found: int) -> NoReturn:
    """Raise Incomplete: nothing was chosen, or so many of the ids are not there."""
    missing = len(set(selection.ids or ())) - found
    if not missing:
        raise Incomplete(_("Nothing was chosen."), {"ids": _("Choose at least one.")})
    message = ngettext(
        "%(count)s of what was chosen is not there. Load the list again.",
        "%(count)s of what was chosen are not there. Load the list again.",
        missing,
    )
    raise Incomplete(message % {"count": missing}, {"ids": _("Load the list again.")})


def _frozen(by: User, action: Action, selection: Selection) -> tuple[str, list]:
    candidates = action.candidates(by).order_by()
    if selection.ids is not None:
        sql, values = candidates.values("pk").query.sql_with_params()
        ids = list(dict.fromkeys(selection.ids))
        if not ids or min(ids) <= 0 or max(ids) > PK_MAX:
            raise EmptyResultSet
        # As one text: a list would be made ready for the statement one by one.
        return BY_IDS.format(candidates=sql), [f"{{{str(ids)[1:-1]}}}", *values]
    sql, values = candidates.filter(pk__in=_pks(selection)).values("pk").query.sql_with_params()
    return BY_ROWS.format(candidates=sql), list(values)


def _pks(selection: Selection) -> QuerySet:
    assert selection.rows is not None, "a selection has ids or rows"
    return selection.rows.order_by().values("pk")
