"""The changes of a thing in the reader's words: names instead of keys, dates and amounts as people write."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lims.models import (
    AdditionalRequest,
    Asset,
    Cassette,
    CassetteStage,
    Pathologist,
    Report,
    Slide,
    SlideCassette,
    Specimen,
    User,
    WorkOrderLine,
    history,
)
from lims.services.history import changes
from lims.services.history.changes import Kept

# Fields that tell a part from the others.
NAMED_BY: dict[type[models.Model], Sequence[str]] = {
    Specimen: ("label",),
    Cassette: ("code",),
    CassetteStage: ("stage", "cassette"),
    Slide: ("code",),
    SlideCassette: ("cassette", "slide"),
    AdditionalRequest: ("kind",),
    WorkOrderLine: ("position",),
}
# Labels of fields that have none in the models.
LABELS = {
    "mounted_by": gettext_lazy("mounted by"),
    "stained_by": gettext_lazy("stained by"),
    "cassette": gettext_lazy("cassette"),
    "position": pgettext_lazy("in a row", "position"),
}
ACTIONS = {
    "insert": pgettext_lazy("change", "Added"),
    "update": gettext_lazy("Changed"),
    "delete": pgettext_lazy("change", "Removed"),
}
# Relations that a name needs besides the row itself.
RELATED = {
    User: ("staff_member", "veterinarian"),
    Pathologist: ("staff_member",),
    Report: ("protocol",),
    AdditionalRequest: ("protocol",),
}
Names = dict[type[models.Model], dict[int, str]]


@dataclass(frozen=True)
class Field:
    """A field's name and its value before and after, empty where it had or has none."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One change of a thing, or of a part of it, which `part` then names."""

    at: datetime
    who: str
    part: str
    action: str
    is_update: bool
    fields: list[Field]


def changes_of(thing: models.Model, user: User, first: int = 0, count: int | None = None) -> list[Change]:
    """Return what the reader may know of a thing's changes, newest first; vets nothing.

    A few statements, however many changes.
    """
    if not user.is_laboratory:
        return []
    kept = changes.kept_of(thing, first, count)
    names = _names(kept)
    return [_change(each, names, type(thing)) for each in kept]


def _change(kept: Kept, names: Names, main: type[models.Model]) -> Change:
    fields = [
        Field(_label(field), _shown(field, old, names), _shown(field, new, names))
        for field, old, new in _fields(kept)
    ]
    who = names[User].get(kept.by, "") if kept.by else _("automatically")
    part = "" if kept.model is main else _part(kept, names)
    return Change(kept.at, who, part, str(ACTIONS[kept.label]), kept.label == "update", fields)


def _fields(kept: Kept) -> Iterable[tuple[models.Field, Any, Any]]:
    columns = {str(field.column): field for field in kept.model._meta.local_fields}
    for column, (old, new) in kept.differences.items():
        yield columns[column], old, new


def _part(kept: Kept, names: Names) -> str:
    fields: list[Any] = [kept.model._meta.get_field(name) for name in NAMED_BY.get(kept.model, ())]
    shown = [_shown(field, kept.values.get(field.column), names) for field in fields]
    return " ".join([str(kept.model._meta.verbose_name), *shown])


def _label(field: models.Field) -> str:
    return str(LABELS.get(field.name, field.verbose_name))


def _shown(field: Any, value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if field.remote_field:
        return names[field.related_model].get(value) or str(value)[:12]
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _written(field, value)


def _written(field: models.Field, value: Any) -> str:
    if isinstance(field, models.DateTimeField):
        at = timezone.localtime(datetime.fromisoformat(value))
        return formats.date_format(at, "SHORT_DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if isinstance(field, models.DecimalField):
        return formats.number_format(Decimal(value), field.decimal_places, force_grouping=True)
    return str(value)


def _names(kept: list[Kept]) -> Names:
    """Return how everything is called that the changes refer to: one statement for each kind of thing."""
    wanted: defaultdict[type[models.Model], set[int]] = defaultdict(set)
    for each in kept:
        wanted[User] |= {each.by} if each.by else set()
        local: Any = each.model._meta.local_fields
        for field in local:
            if field.remote_field and field.related_model is not Asset:
                wanted[field.related_model] |= {pk for pk in _mentioned_keys(each, field) if pk}
    names: Names = defaultdict(dict)
    for model, pks in wanted.items():
        found = model._default_manager.select_related(*RELATED.get(model, ())).filter(pk__in=pks)
        names[model] = {thing.pk: _name(thing) for thing in found} if pks else {}
        names[model] |= _names_of_removed(model, pks - set(names[model]))
    return names


def _names_of_removed(model: type[models.Model], pks: set[int]) -> dict[int, str]:
    """Return how parts that are there no more were called, from their own changes."""
    named_by = NAMED_BY.get(model)
    if not pks or not named_by:
        return {}
    kept = history.changes_of(model)._default_manager.filter(pgh_obj_id__in=pks).order_by("pgh_id")
    return dict(kept.values_list("pgh_obj_id", named_by[0]))


def _mentioned_keys(kept: Kept, field: Any) -> tuple:
    """Return the keys in a field that the text names: those that changed, and what the part is named by."""
    own = kept.values.get(field.column) if field.name in NAMED_BY.get(kept.model, ()) else None
    return (*kept.differences.get(field.column, (None, None)), own)


def _name(thing: models.Model) -> str:
    if isinstance(thing, User):
        person = getattr(thing, "staff_member", None) or getattr(thing, "veterinarian", None)
        return str(person or thing.email)
    return str(thing)
