"""What waits to be written: failures first, then drafts, then what is ready, longest waiting first."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.errors import NotAllowed
from lims.forms.worklist import WorkListFilter
from lims.models import Protocol, Report, ReportStatus, Role, User
from lims.services.bench_lists import asked_for
from lims.services.report_lists import to_be_written, with_failures
from lims.views.answers import answers, wants_json
from lims.views.listing import address

PAGE_SIZE = 25
# Of what is one's own; whoever has more open drafts finds them by the search.
OPEN_SHOWN = 100


@require_safe
@answers
def report_worklist(request: HttpRequest) -> HttpResponse:
    """List what a pathologist has to write; administrators and staff see everybody's."""
    user = request.user
    if not user.is_laboratory:
        raise NotAllowed(_("Only the laboratory's staff may see this."))
    filters = WorkListFilter(request.GET)
    ready, next_url = _ready(user, filters)
    is_first = filters.after_row() is None
    open_reports = _open(user, filters) if is_first else []
    failed = [report for report in open_reports if report.has_failed]
    drafts = [report for report in open_reports if not report.has_failed]
    if wants_json(request):
        return JsonResponse({"results": [*_rows(failed, drafts), *_waiting(ready)], "next": next_url})
    context = {
        "failed": failed,
        "drafts": drafts,
        "ready": ready,
        "asked": _asked(user, filters) if is_first else [],
        "is_writer": user.role == Role.PATHOLOGIST,
        "is_first": is_first,
        "filters": filters,
        "chosen": filters.chosen(),
        "list_url": reverse("report_worklist"),
        "first_url": address("report_worklist", filters.chosen()),
        "next_url": next_url,
    }
    return render(request, "worklist/list.html", context)


def _open(user: User, filters: WorkListFilter) -> list[Any]:
    """Return the drafts and the failures, without what is being issued at this moment."""
    found = with_failures(Report.objects.visible_to(user).defer("snapshot"))
    found = found.filter(Q(status=ReportStatus.DRAFT) | Q(status=ReportStatus.FINALIZED, has_failed=True))
    if user.role == Role.PATHOLOGIST:
        found = found.filter(author__staff_member__user=user)
    people = ("protocol__veterinarian", "author__staff_member")
    rows = filters.apply(found.select_related(*people)).order_by("pk")[:OPEN_SHOWN]
    return _with_days(rows, lambda report: report.protocol)


def _asked(user: User, filters: WorkListFilter) -> list[Any]:
    """Return what the bench still has to do before these samples are ready again."""
    people = ("protocol__veterinarian", "cassette", "requested_by__staff_member")
    rows = filters.apply(asked_for(user).select_related(*people)).order_by("pk")[:OPEN_SHOWN]
    return _with_days(rows, lambda request: request.protocol)


def _ready(user: User, filters: WorkListFilter) -> tuple[list[Protocol], str | None]:
    ready = filters.rest(filters.apply(to_be_written(user), "pk"))
    rows = ready.select_related("veterinarian")[: PAGE_SIZE + 1]
    found = _with_days(rows, lambda protocol: protocol)
    page = found[:PAGE_SIZE]
    if len(found) <= PAGE_SIZE:
        return page, None
    return page, address("report_worklist", filters.chosen() | {"after": filters.place(page[-1])})


def _with_days(rows: Iterable[Any], protocol_of: Callable[[Any], Protocol]) -> list[Any]:
    """Return the rows, each knowing for how many days it waits, and since how many it is overdue."""
    today = timezone.localdate()
    found = list(rows)
    for row in found:
        protocol = protocol_of(row)
        received = protocol.received_at and timezone.localdate(protocol.received_at)
        row.days_waiting = (today - received).days if received else None
        row.days_overdue = max((today - protocol.due_on).days, 0) if protocol.due_on else 0
    return found


def _rows(failed: list[Report], drafts: list[Report]) -> list[dict]:
    return [
        _row(report.protocol, report)
        | {"id": report.pk, "state": state, "url": reverse("report", args=(report.pk,))}
        for state, reports in (("failed", failed), ("draft", drafts))
        for report in reports
    ]


def _waiting(ready: list[Protocol]) -> list[dict]:
    return [
        _row(protocol, protocol)
        | {"id": None, "state": "ready", "url": reverse("report_begin", args=(protocol.pk,))}
        for protocol in ready
    ]


def _row(protocol: Protocol, waiting: Protocol | Report) -> dict:
    return {
        "protocol": protocol.pk,
        "number": protocol.number,
        "kind": protocol.kind,
        "animal": protocol.animal,
        "species": protocol.species,
        "veterinarian": protocol.veterinarian.name,
        "days_waiting": waiting.days_waiting,
        "days_overdue": waiting.days_overdue,
    }
