"""Who changed what and when: of each tracked thing a row per change, written by the database itself.

Triggers write them, so that changes of many rows at once are in it too, and nothing rewrites or removes them
before they are old enough for `lims.services.history.retention`.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import pghistory
from django.db import models
from pghistory.models import Event
from pgtrigger import F, Q

from lims.models.laboratory import Laboratory
from lims.models.people import Pathologist, StaffMember, User, Veterinarian
from lims.models.prices import Price
from lims.models.processing import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    CytologySample,
    HistopathologySample,
    Slide,
    SlideCassette,
    Specimen,
)
from lims.models.protocols import Protocol
from lims.models.reports import TEXT_FIELDS, Report
from lims.models.work_orders import WorkOrder, WorkOrderLine

# Secrets, what only counts saves or is computed, and what is frozen and told of elsewhere.
LEFT_OUT: dict[type[models.Model], Sequence[str]] = {
    Protocol: ("public_id", "last_cassette", "last_slide", "lock_version"),
    HistopathologySample: (),
    CytologySample: (),
    Specimen: (),
    Cassette: (),
    CassetteStage: (),
    Slide: (),
    SlideCassette: (),
    AdditionalRequest: (),
    Veterinarian: ("lock_version",),
    User: ("password", "last_login"),
    StaffMember: (),
    Pathologist: (),
    Price: (),
    Laboratory: (),
    WorkOrder: ("balance", "payment_status", "printed_lines", "lock_version"),
    WorkOrderLine: ("subtotal",),
    Report: (
        *TEXT_FIELDS,
        *("snapshot", "verification_token", "verification_code", "lock_version", "changed_at"),
        *("archive_key", "archive_version_id", "sha256", "size_bytes", "pages"),
    ),
}
# Whose part each of these is: by that its changes are found, also of what was removed.
PART_OF: dict[type[models.Model], str] = {
    HistopathologySample: "protocol",
    CytologySample: "protocol",
    Specimen: "protocol",
    Cassette: "protocol",
    CassetteStage: "cassette",
    Slide: "protocol",
    SlideCassette: "slide",
    AdditionalRequest: "protocol",
    WorkOrderLine: "work_order",
}
# Saved often without news, and one at a time: a condition on the row then costs less than a look at tables.
BY_ROWS = (Report, User)


class Change(Event):
    """A thing as a change left it, or as it was when it was removed."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def _track(model: type[models.Model], left_out: Sequence[str]) -> None:
    kept = [f.name for f in model._meta.local_fields if not f.primary_key and f.name not in left_out]
    pghistory.track(
        *_trackers(model, kept),
        fields=kept,
        model_name=f"{model.__name__}Change",
        base_model=Change,
        append_only=True,
        obj_field=pghistory.ObjForeignKey(related_name="changes"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        meta={"default_permissions": (), "indexes": _indexes(model)},
        level=pghistory.Row if model in BY_ROWS else pghistory.Statement,
    )(model)


def _indexes(model: type[models.Model]) -> list[models.Index]:
    name = model.__name__.lower()
    # Of a thing, one after the other; each is compared with the one before.
    indexes = [models.Index(fields=["pgh_obj", "pgh_id"], name=f"{name}_changes")]
    if model in PART_OF:
        indexes.append(models.Index(fields=[PART_OF[model]], name=f"{name}_change_of"))
    return indexes


def changes_of(model: type[models.Model]) -> Any:
    """Return the model of a tracked thing's changes."""
    return model._meta.get_field("changes").related_model


def _trackers(model: type[models.Model], kept: Sequence[str]) -> list[pghistory.RowEvent]:
    inserted = deleted = None
    updated = reduce(or_, (Q(**{f"old__{name}__df": F(f"new__{name}")}) for name in kept))
    if model is Protocol:
        # A draft is its vet's own affair: its history begins with what was submitted.
        inserted, deleted = ~Q(new__status="draft"), ~Q(old__status="draft")
        updated &= inserted | deleted
    return [
        pghistory.InsertEvent(condition=inserted),
        pghistory.UpdateEvent(condition=updated),
        pghistory.DeleteEvent(condition=deleted),
    ]


for _model, _left_out in LEFT_OUT.items():
    _track(_model, _left_out)
