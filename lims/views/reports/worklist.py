"""Work list of reports: failures first, then drafts, then ready protocols, longest waiting first."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.errors import NotAllowed
from lims.forms.kit.listing import WorkListFilter
from lims.models import AdditionalRequest, Protocol, Report, ReportStatus, Role, User
from lims.requests import AuthenticatedRequest
from lims.services.bench.worklists import asked_for, protocol_of
from lims.services.reports.lists import to_be_written, with_failures
from lims.views.kit.guard import authenticated
from lims.views.kit.listing import CSV_CHUNK, Columns, address, csv_of, page_of

# Of what is one's own; whoever has more open drafts finds them by the search.
OPEN_SHOWN = 100


@require_safe
@authenticated
def report_worklist(request: AuthenticatedRequest) -> HttpResponseBase:
    """List what a pathologist has to write; administrators and staff see everybody's."""
    user = request.user
    if not user.is_laboratory:
        raise NotAllowed(_("Only the laboratory's staff may see this."))
    filters = WorkListFilter(request.GET)
    if request.GET.get("format") == "csv":
        return csv_of(_("to-write"), COLUMNS, _with_states(user, filters))
    ready, next_url = _ready_page(user, filters)
    is_first = filters.is_first()
    open_reports = _with_days(_open(user, filters)[:OPEN_SHOWN]) if is_first else []
    failed = [report for report in open_reports if report.has_failed]
    drafts = [report for report in open_reports if not report.has_failed]
    context = {
        "failed": failed,
        "drafts": drafts,
        "ready": ready,
        "asked": _with_days(_asked(user, filters)[:OPEN_SHOWN]) if is_first else [],
        "is_writer": user.role == Role.PATHOLOGIST,
        "is_first": is_first,
        "filters": filters,
        "chosen": filters.chosen(),
        "list_url": reverse("report_worklist"),
        "first_url": address("report_worklist", filters.chosen()),
        "next_url": next_url,
        "csv_url": address("report_worklist", filters.chosen() | {"format": "csv"}),
    }
    return render(request, "worklist/list.html", context)


def _open(user: User, filters: WorkListFilter) -> QuerySet[Any]:
    """Return the drafts and the failures, without what is being issued at this moment."""
    found = with_failures(Report.objects.visible_to(user).defer("snapshot"))
    found = found.filter(Q(status=ReportStatus.DRAFT) | Q(status=ReportStatus.FINALIZED, has_failed=True))
    if user.role == Role.PATHOLOGIST:
        found = found.filter(author__staff_member__user=user)
    people = ("protocol__veterinarian", "author__staff_member")
    return filters.apply(found.select_related(*people)).order_by("pk")


def _asked(user: User, filters: WorkListFilter) -> QuerySet[Any]:
    """Return what the bench still has to do before these samples are ready again."""
    people = ("protocol__veterinarian", "cassette", "requested_by__staff_member")
    return filters.apply(asked_for(user).select_related(*people)).order_by("pk")


def _ready(user: User, filters: WorkListFilter) -> QuerySet[Protocol]:
    return filters.apply(to_be_written(user), "pk").select_related("veterinarian")


def _ready_page(user: User, filters: WorkListFilter) -> tuple[list[Any], str | None]:
    page, next_url = page_of(_ready(user, filters), filters, "report_worklist")
    return _with_days(page), next_url


def _with_days(rows: Iterable[Any]) -> list[Any]:
    """Return the rows, each knowing for how many days it waits, and since how many it is overdue."""
    found = list(rows)
    for row in found:
        row.days_waiting, row.days_overdue = _days(protocol_of(row))
    return found


def _days(protocol: Protocol) -> tuple[int | None, int]:
    today = timezone.localdate()
    received = protocol.received_at and timezone.localdate(protocol.received_at)
    waiting = (today - received).days if received else None
    return waiting, max((today - protocol.due_on).days, 0) if protocol.due_on else 0


def _with_states(user: User, filters: WorkListFilter) -> Iterator[tuple[str, Any]]:
    """Yield all of the list, not a page of it, in the order of the page."""
    reports = _open(user, filters)
    parts = (
        (_("Could not be issued"), reports.filter(status=ReportStatus.FINALIZED)),
        (_("Being written"), reports.filter(status=ReportStatus.DRAFT)),
        (_("Waiting for the bench"), _asked(user, filters)),
        (_("Ready to be written"), _ready(user, filters).order_by(filters.column, "pk")),
    )
    for state, rows in parts:
        for row in rows.iterator(CSV_CHUNK):
            yield state, row


def _pathologist(row: Protocol | Report | AdditionalRequest) -> str:
    if isinstance(row, Report):
        return row.author.name
    if isinstance(row, AdditionalRequest):
        return row.requested_by.name
    return ""


def _request(asked: Protocol | Report | AdditionalRequest) -> str:
    if not isinstance(asked, AdditionalRequest):
        return ""
    parts = (asked.get_kind_display(), asked.cassette and asked.cassette.code, asked.stain, asked.detail)
    return ", ".join(part for part in parts if part)


COLUMNS: Columns = (
    (_lazy("State"), lambda line: line[0]),
    (_lazy("Number"), lambda line: protocol_of(line[1]).code),
    (_lazy("Kind"), lambda line: protocol_of(line[1]).get_kind_display()),
    (_lazy("Animal"), lambda line: protocol_of(line[1]).animal),
    (_lazy("Species"), lambda line: protocol_of(line[1]).species),
    (_lazy("Veterinarian"), lambda line: protocol_of(line[1]).veterinarian.name),
    (_lazy("Pathologist"), lambda line: _pathologist(line[1])),
    (_lazy("Days waiting"), lambda line: _days(protocol_of(line[1]))[0]),
    (_lazy("Days late"), lambda line: _days(protocol_of(line[1]))[1]),
    (_lazy("What was asked for"), lambda line: _request(line[1])),
)
