"""Audit page of a thing; for the laboratory alone."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from django.db.models import Model
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.models import User
from lims.requests import AuthenticatedRequest
from lims.services.history import changes as service
from lims.services.history.wording import Change, Field, changes_of
from lims.views.kit.guard import authenticated
from lims.views.kit.listing import Columns, csv_of

PAGE_SIZE = 50
PAGES_MAX = 10_000
# Route of each thing's page; things that administrators alone see have theirs in the admin.
PAGES = {
    "protocol": "protocol",
    "work-order": "work_order",
    "report": "report",
    "veterinarian": "veterinarian",
    "user": "admin:lims_user_change",
    "staff-member": "admin:lims_staffmember_change",
    "pathologist": "admin:lims_pathologist_change",
    "price": "admin:lims_price_change",
    "laboratory": "admin:lims_laboratory_change",
}


class Moment(NamedTuple):
    """Changes that one person made at once."""

    at: object
    who: str
    changes: list[Change]


@require_safe
@authenticated
def audit(request: AuthenticatedRequest, kind: str, pk: int) -> HttpResponseBase:
    """Show the changes of a thing and its parts, newest first, in pages, or all of them as CSV."""
    thing = service.find(request.user, kind, pk)
    if request.GET.get("format") == "csv":
        return csv_of(f"{_('changes')}-{kind}-{pk}", COLUMNS, _changed_fields(thing, request.user))
    number = _number(request)
    found = changes_of(thing, request.user, (number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
    context = {
        "thing": thing,
        "thing_kind": thing._meta.verbose_name,
        "thing_url": reverse(PAGES[kind], args=(pk,)),
        "moments": _moments(found[:PAGE_SIZE]),
        "newer": number - 1,
        "older": number + 1 if len(found) > PAGE_SIZE else None,
        "kept_since": service.kept_since(thing),
    }
    return render(request, "audit/page.html", context)


def _number(request: AuthenticatedRequest) -> int:
    text = request.GET.get("page", "")
    is_number = text.isascii() and text.isdigit() and 0 < int(text[:6]) <= PAGES_MAX
    return int(text[:6]) if is_number else 1


def _moments(changes: list[Change]) -> list[Moment]:
    together = groupby(changes, key=lambda change: (change.at, change.who))
    return [Moment(at, who, list(some)) for (at, who), some in together]


def _changed_fields(thing: Model, reader: User) -> Iterator[tuple[Change, Field]]:
    for change in changes_of(thing, reader):
        for field in change.fields:
            yield change, field


COLUMNS: Columns = (
    (_lazy("When"), lambda row: f"{timezone.localtime(row[0].at):%Y-%m-%d %H:%M:%S}"),
    (_lazy("Who"), lambda row: row[0].who),
    (_lazy("Part"), lambda row: row[0].part),
    (_lazy("Action"), lambda row: row[0].action),
    (_lazy("Field"), lambda row: row[1].label),
    (_lazy("Before"), lambda row: row[1].old),
    (_lazy("After"), lambda row: row[1].new),
)
