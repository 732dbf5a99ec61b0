"""The history of a work order in the reader's words: who, when, and each value before and after."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from django.db.models import Field
from django.utils.translation import gettext_lazy as _

from lims.models import WorkOrder, WorkOrderHistory
from lims.templatetags.lamina import money

SINCE_MAX = 10
LABELS = {"status": _("status"), "reason": _("reason")}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    action: str
    at: datetime
    who: str
    changes: list[Change]


def since(order: WorkOrder, lock_version: int) -> list[Entry]:
    """Return what was done to an order after somebody read that version of it, newest first."""
    return history_entries(order, min(max(order.lock_version - lock_version, 1), SINCE_MAX))


def history_entries(order: WorkOrder, limit: int) -> list[Entry]:
    """Return the latest entries, newest first."""
    return [_entry(row) for row in order.history.select_related("by__staff_member")[:limit]]


def _entry(row: WorkOrderHistory) -> Entry:
    return Entry(row.get_action_display(), row.at, row.by.name, _changes(row))


def _changes(entry: WorkOrderHistory) -> list[Change]:
    return [
        Change(_label(name), _shown(name, old), _shown(name, new))
        for name, (old, new) in entry.changes.items()
    ]


def _label(name: str) -> str:
    if name in LABELS:
        return str(LABELS[name])
    return str(cast(Field, WorkOrder._meta.get_field(name)).verbose_name)


def _shown(name: str, value: str) -> str:
    if name in ("advance", "total"):
        return _amount(value)
    if name == "reason":
        return value
    choices = dict(cast(Field, WorkOrder._meta.get_field(name)).flatchoices)
    return str(choices.get(value, value))


def _amount(value: str) -> str:
    try:
        return money(Decimal(value))
    except InvalidOperation:
        return value
