"""Changes of a thing, field by field, as the database's triggers kept them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import (
    AdditionalRequest,
    AgedHistory,
    Cassette,
    CassetteStage,
    CytologySample,
    HistopathologySample,
    Laboratory,
    Pathologist,
    Price,
    Protocol,
    Report,
    Slide,
    SlideCassette,
    Specimen,
    StaffMember,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderLine,
)
from lims.models.history import PART_OF, changes_of
from lims.services.kit.permissions import require_laboratory

# By the word that stands in the address; the second ones are the administrators' affair.
OF_STAFF: dict[str, type[Model]] = {
    "protocol": Protocol,
    "work-order": WorkOrder,
    "report": Report,
    "veterinarian": Veterinarian,
}
OF_ADMINS: dict[str, type[Model]] = {
    "user": User,
    "staff-member": StaffMember,
    "pathologist": Pathologist,
    "price": Price,
    "laboratory": Laboratory,
}
PARTS: dict[type[Model], Sequence[type[Model]]] = {
    Protocol: (
        *(HistopathologySample, CytologySample, Specimen, Cassette, CassetteStage),
        *(Slide, SlideCassette, AdditionalRequest),
    ),
    WorkOrder: (WorkOrderLine,),
}

# A state from before the history began is no change; the first change is compared with it.
CHANGES = """
SELECT rank, pgh_obj_id, at, label, by, after, before FROM ({parts}) AS change
WHERE label <> 'known' AND at >= (SELECT min(pgh_created_at) FROM {main} WHERE pgh_obj_id = %(pk)s)
ORDER BY at DESC, rank, label = 'insert', pgh_id DESC OFFSET %(first)s LIMIT %(count)s
"""
PART = """
SELECT {rank} AS rank, pgh_id, pgh_obj_id, pgh_created_at AS at, pgh_label AS label,
    (pgh_context->>'user')::bigint AS by, to_jsonb(kept) AS after,
    lag(to_jsonb(kept)) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS before
FROM {table} AS kept WHERE {condition}
"""
# Only for a thing that is as old as what is no longer kept; a younger one lacks nothing.
AGED = """
SELECT (max(month) + interval '1 month')::date FROM {aged} WHERE kind = ANY(%(kinds)s)
HAVING (max(month) + interval '1 month') AT TIME ZONE %(zone)s
    > (SELECT min(pgh_created_at) FROM {main} WHERE pgh_obj_id = %(pk)s)
"""
WITHIN = "{column} IN (SELECT pgh_obj_id FROM {around} WHERE {inner})"


@dataclass(frozen=True)
class Kept:
    """One change of one row: the values that differ by column, before and after; `by` is a user's pk."""

    model: type[Model]
    pk: int
    at: datetime
    by: int | None
    label: str
    values: dict[str, Any]
    differences: dict[str, tuple[Any, Any]]


def find(user: User, kind: str, pk: int) -> Model:
    """Return the thing whose changes are asked for; raise NotVisible, and NotAllowed for vets."""
    offered = OF_STAFF | OF_ADMINS if user.is_superuser else OF_STAFF
    model = offered.get(kind)
    thing = _visible(user, model).filter(pk=pk).first() if model else None
    if thing is None:
        raise NotVisible(_("There is no such thing."))
    require_laboratory(user)
    return thing


def kind_of(model: type[Model]) -> str:
    """Return the word for a kind of thing in the address of its changes."""
    return next(kind for kind, each in (OF_STAFF | OF_ADMINS).items() if each is model)


def kept_of(thing: Model, first: int = 0, count: int | None = None) -> list[Kept]:
    """Return the changes of a thing and of its parts, newest first, in one statement."""
    main = type(thing)
    models = (main, *PARTS.get(main, ()))
    selects = [_select(rank, model, main) for rank, model in enumerate(models)]
    statement = CHANGES.format(parts=" UNION ALL ".join(selects), main=changes_of(main)._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"pk": thing.pk, "first": first, "count": count})
        return [_kept(models[rank], *row) for rank, *row in cursor.fetchall()]


def kept_since(thing: Model) -> date | None:
    """Return the first day of the oldest month whose changes of a thing are kept; None if all of them are."""
    names = {"aged": AgedHistory._meta.db_table, "main": changes_of(type(thing))._meta.db_table}
    models = (type(thing), *PARTS.get(type(thing), ()))
    values = {"kinds": [model._meta.model_name for model in models], "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(AGED.format(**names), values | {"pk": thing.pk})
        found = cursor.fetchone()
    return found[0] if found else None


def _visible(user: User, model: type[Model]) -> QuerySet[Model]:
    manager = model._default_manager
    if hasattr(manager, "visible_to"):
        return manager.visible_to(user)
    return manager.all() if user.is_laboratory else manager.none()


def _select(rank: int, model: type[Model], main: type[Model]) -> str:
    table = changes_of(model)._meta.db_table
    return PART.format(rank=rank, table=table, condition=_condition(model, main))


def _condition(model: type[Model], main: type[Model]) -> str:
    if model is main:
        return "pgh_obj_id = %(pk)s"
    parent: Any = changes_of(model)._meta.get_field(PART_OF[model])
    if parent.related_model is main:
        return f"{parent.column} = %(pk)s"
    around = changes_of(parent.related_model)._meta.db_table
    inner = _condition(parent.related_model, main)
    return WITHIN.format(column=parent.column, around=around, inner=inner)


def _kept(model: type[Model], pk: int, at: datetime, label: str, by: int | None, *rows: str | None) -> Kept:
    after, before = (json.loads(row, parse_float=Decimal) if row else {} for row in rows)
    old, new = (after, {}) if label == "delete" else (before, after)
    differences = {
        field.column: (old.get(field.column), new.get(field.column))
        for field in changes_of(model)._meta.local_fields
        if not field.name.startswith("pgh_") and field.name != PART_OF.get(model)
    }
    changed = {column: pair for column, pair in differences.items() if (pair[0] or "") != (pair[1] or "")}
    return Kept(model, pk, at, by, "insert" if label == "update" and not before else label, after, changed)
