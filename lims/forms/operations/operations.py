"""Choices for a bulk action, on a list or in JSON: rows, or all that a filter finds."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.forms.kit.listing import ListFilter
from lims.forms.mail.deliveries import DeliveryFilter
from lims.models import Delivery, User
from lims.models.limits import PK_MAX
from lims.services.operations import registry, selections
from lims.services.operations.action import Action, Preview
from lims.services.operations.selections import Selection


class Listed(NamedTuple):
    """A list from which people choose: its route, its filter, and the actions that its page offers."""

    route: str
    filter: Callable[[Any, User], ListFilter]
    actions: tuple[str, ...]


# Higher nouns add theirs, beside their filters.
LISTS: dict[type[Model], Listed] = {
    Delivery: Listed("deliveries", lambda data, by: DeliveryFilter(data), ("resend-deliveries",)),
}


@dataclass(frozen=True)
class Chosen:
    """A selection, by ids or by a list's filter."""

    selection: Selection
    filter: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields by which a form chooses it again."""
        if self.selection.ids is None:
            return {"all": "1", "filter": self.filter}
        return {"ids": ",".join(map(str, self.selection.ids))}

    @property
    def text(self) -> str:
        """Return the fields as one text, by which a repeat is found."""
        return urlencode(self.fields)


def offered(by: User, model: type[Model], filters: ListFilter) -> dict[str, Any]:
    """Return what a list's page needs to offer bulk actions; no statement, nothing for vets."""
    actions = [registry.get(name) for name in LISTS[model].actions]
    allowed = [action for action in actions if action.allows(by)]
    return {"bulk_actions": allowed, "bulk_query": urlencode(filters.chosen())}


def read(by: User, action: Action, data: QueryDict) -> Chosen:
    """Return what a form chose: all that its `filter` finds, or its `ids`. Raises Incomplete."""
    if data.get("all"):
        return matching(by, action, QueryDict(data.get("filter", "")).dict())
    return these(",".join(data.getlist("ids")).split(","))


def read_json(by: User, action: Action, body: bytes) -> tuple[Chosen, str]:
    """Return what a JSON body chose by `ids` or `filter`, and its idempotency `key`. Raises Incomplete."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or ("ids" in asked) == ("filter" in asked):
        raise Incomplete(_("Send either “ids”, a list, or “filter”, an object."))
    key = str(asked.get("key", ""))
    if "filter" in asked:
        return matching(by, action, _strings(asked["filter"])), key
    if not isinstance(asked["ids"], list):
        raise _unreadable_ids()
    return these(asked["ids"]), key


def these(ids: Iterable[Any]) -> Chosen:
    """Return the things of these ids; raise Incomplete where one is none, or there are none."""
    pks = _pks([one for one in ids if one != ""])
    if not pks:
        selections.refuse(Selection(ids=[]), found=0)
    return Chosen(Selection(ids=pks))


def matching(by: User, action: Action, query: Mapping[str, str]) -> Chosen:
    """Return all that a list's filter finds for the user.

    Raises Incomplete for a filter that the list does not know or would ignore: what is chosen by it would
    be more than was meant.
    """
    rows, kept = found(by, action.candidates(by), query)
    return Chosen(Selection(rows=rows), kept)


def found(by: User, candidates: QuerySet, query: Mapping[str, str]) -> tuple[QuerySet, str]:
    """Return those of the candidates that their list's filter finds, and the filter as it is kept in a form.

    Raises Incomplete as `matching` does.
    """
    listed = LISTS.get(candidates.model)
    if listed is None:
        raise _unreadable_filter()
    filters = listed.filter(query, by)
    if set(query) - set(filters.filters) or not filters.is_valid():
        raise _unreadable_filter()
    return filters.apply(candidates), urlencode(filters.chosen())


def foresee(by: User, action: Action, selection: Selection) -> Preview:
    """Return what would happen to what was chosen; raise Incomplete where some of these ids are not there."""
    foreseen = action.preview(by, selections.rows(by, action, selection))
    there = foreseen.allowed + sum(refused.count for refused in foreseen.refused)
    if selection.ids is not None and there < len(set(selection.ids)):
        selections.refuse(selection, there)
    return foreseen


def asking(action: Action, foreseen: Preview, fields: dict[str, str], back_url: str) -> dict[str, Any]:
    """Return what the page that asks whether to go on shows; its form has a key, and so counts once."""
    untouched = sum(refused.count for refused in foreseen.refused)
    return {
        "action": action,
        "foreseen": foreseen,
        "untouched": untouched,
        "total": foreseen.allowed + untouched,
        "fields": fields | {"key": str(uuid.uuid4())},
        "back_url": back_url,
    }


def list_url(by: User, action: Action, query: str = "") -> str:
    """Return the list that an action's things are chosen from, with its filter."""
    listed = LISTS.get(action.candidates(by).model)
    url = reverse(listed.route if listed else "operations")
    return f"{url}?{QueryDict(query).urlencode()}" if listed and query else url


def _pks(ids: list[Any]) -> list[int]:
    """Return the ids as numbers, looking at all of them at once: there may be 100,000."""
    try:
        pks = list(map(int, ids)) if {str, int}.issuperset(map(type, ids)) else [0]
    except ValueError:
        pks = [0]
    if pks and not 0 < min(pks) <= max(pks) <= PK_MAX:
        raise _unreadable_ids()
    return pks


def _strings(query: Any) -> dict[str, str]:
    if not isinstance(query, dict) or not all(_is_text(part) for pair in query.items() for part in pair):
        raise _unreadable_filter()
    return query


def _is_text(part: Any) -> bool:
    # JSON can say half a character, which no address and no statement can.
    return isinstance(part, str) and not any("\ud800" <= each <= "\udfff" for each in part)


def _unreadable_ids() -> Incomplete:
    return Incomplete(_("An id is a whole number."), {"ids": _("Load the list again.")})


def _unreadable_filter() -> Incomplete:
    return Incomplete(_("The list knows no such filter."), {"filter": _("Load the list again.")})
