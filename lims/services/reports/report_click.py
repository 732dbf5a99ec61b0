"""The report under the click on "Finalize": locked, with just what is looked at, by a compiled statement."""

from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.utils.translation import gettext as _

from lims.documents.paper.reading import RowReader
from lims.errors import NotVisible
from lims.models import Pathologist, Protocol, Report, StaffMember, User

# Of the report and of what stands around it; freezing reads the rest, all at once.
LOOKED_AT: dict[str, tuple[str, ...]] = {
    "": ("id", "status", "protocol_id", "author_id", "replaces_id", "amendment_reason"),
    "protocol__": ("id", "status"),
    "author__": ("id", "may_sign", "signature_id", "licence", "staff_member_id"),
    "author__staff_member__": ("id", "user_id"),
}
AnyModel = TypeVar("AnyModel", bound=Model)
COLUMNS = [prefix + name for prefix, names in LOOKED_AT.items() for name in names]


def clicked(by: User, pk: int) -> Report:
    """Return the report, its row and its protocol's locked until the transaction ends.

    Columns that the click does not look at are read when they are asked for. Raises NotVisible.
    """
    row = _reader(by.role).read(pk, by.pk)
    if row is None:
        raise NotVisible(_("There is no such report."))
    report = _part(Report, row, "")
    report.protocol = _part(Protocol, row, "protocol__")
    report.author = _part(Pathologist, row, "author__")
    report.author.staff_member = _part(StaffMember, row, "author__staff_member__")
    return report


@cache
def _reader(role: str) -> RowReader:
    # The user is known here by id and role alone: a `visible_to` that looks at more fails loudly.
    return RowReader(
        lambda pk, by: Report.objects.visible_to(User(pk=by, role=role)).filter(pk=pk).values(*COLUMNS),
        keys=2,
        locks=(Report, Protocol),
    )


def _part(model: type[AnyModel], row: dict[str, Any], prefix: str) -> AnyModel:
    # In the order of the model's fields, as `from_db` takes them.
    names = [each.attname for each in model._meta.concrete_fields if each.attname in LOOKED_AT[prefix]]
    return model.from_db(DEFAULT_DB_ALIAS, names, [row[prefix + name] for name in names])
