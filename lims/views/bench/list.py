"""The page of a bench's work list: its rows and their count, also once more with what was refused there."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lims.errors import LimsError
from lims.forms.bench.lists import BenchFilter, MarkForm
from lims.models import User
from lims.models.processing import SlideQuality, Stage
from lims.requests import AuthenticatedRequest
from lims.services.bench import worklists
from lims.services.bench.worklists import Step, protocol_of
from lims.views.bench.page import bench_page, protocol_on_bench
from lims.views.kit.listing import CSV_CHUNK, Columns, address, csv_of, page_of

PAGE_SIZE = 50
# Names of a step's rows in a form.
NAMES = {
    Step.BEGIN: "protocol",
    **{Step(stage.value): "cassette" for stage in Stage},
    Step.CUT: "cassette",
    Step.MOUNT: "slide",
    Step.STAIN: "slide",
    Step.JUDGE: "slide",
    Step.REQUESTS: "request",
    Step.COMPLETE: "protocol",
}
JOINED = {
    "protocol": ("veterinarian",),
    "cassette": ("protocol__veterinarian", "specimen"),
    "slide": ("protocol__veterinarian",),
    "request": ("protocol__veterinarian", "cassette", "requested_by__staff_member"),
}


def bench_list(
    request: AuthenticatedRequest, filters: BenchFilter, marking: MarkForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list; `marking` is what was refused on it."""
    marking = marking or MarkForm()
    step = filters.step()
    page, next_url = _page(_rows(request.user, filters), filters)
    counts = worklists.counts(request.user)
    context = {
        "rows": page,
        "step": step,
        "name": NAMES[step],
        "steps": [(each, counts[each], address("processing", _kept(filters, each))) for each in Step],
        "qualities": SlideQuality.choices,
        "marking": marking,
        "ticked": marking.ticked(NAMES[step]),
        "filters": filters,
        "kept": urlencode(_kept(filters, step) | filters.page()),
        "searched": filters.searched(),
        "is_first": filters.is_first(),
        "list_url": reverse("processing"),
        "first_url": address("processing", _kept(filters, step)),
        "csv_url": address("processing", _kept(filters, step) | {"format": "csv"}),
        "next_url": next_url,
    }
    return render(request, "processing/list.html", context, status=status)


def bench_json(user: User, filters: BenchFilter) -> JsonResponse:
    """Return a page of the list as JSON."""
    page, next_url = _page(_rows(user, filters), filters)
    return JsonResponse({"results": [_row(row) for row in page], "next": next_url})


def bench_csv(user: User, filters: BenchFilter) -> HttpResponseBase:
    """Return the list as a file."""
    found = filters.rest(_rows(user, filters))
    return csv_of(_("bench"), COLUMNS, found.iterator(CSV_CHUNK))


def marking_refused(request: AuthenticatedRequest, form: MarkForm, error: LimsError) -> HttpResponse:
    """Draw once more where this was sent from, with what was chosen and typed there, and the reason."""
    form.refuse(error)
    if pk := form.back_pk():
        return bench_page(request, protocol_on_bench(request, pk), marking=form, status=409)
    return bench_list(request, form.back_list(), form, status=409)


def _rows(user: User, filters: BenchFilter) -> QuerySet:
    step = filters.step()
    waiting = worklists.waiting(user, step).select_related(*JOINED[NAMES[step]])
    return filters.apply(waiting)


def _page(found: QuerySet, filters: BenchFilter) -> tuple[list, str | None]:
    page, next_url = page_of(found, filters, "processing", PAGE_SIZE)
    today = timezone.localdate()
    for row in page:
        row.days_overdue = max((today - row.due).days, 0) if row.due else 0
        row.of = protocol_of(row)
    return page, next_url


def _kept(filters: BenchFilter, step: Step) -> dict:
    return {"stage": step.value} | filters.searched()


def _row(row: Any) -> dict:
    return {
        "id": row.pk,
        "protocol": row.of.pk,
        "number": row.of.number,
        "code": code_of(row),
        "animal": row.of.animal,
        "expected": row.due,
        "days_overdue": row.days_overdue,
        "url": reverse("protocol_processing", args=(row.of.pk,)),
    }


def code_of(row: Any) -> str:
    """Return the code of what waits: a request is known by its protocol's."""
    return row.code if hasattr(row, "code") else protocol_of(row).code


COLUMNS: Columns = (
    (_lazy("Code"), code_of),
    (_lazy("Protocol"), lambda row: protocol_of(row).code),
    (_lazy("Kind"), lambda row: protocol_of(row).get_kind_display()),
    (_lazy("Animal"), lambda row: protocol_of(row).animal),
    (_lazy("Species"), lambda row: protocol_of(row).species),
    (_lazy("Veterinarian"), lambda row: protocol_of(row).veterinarian.name),
    (_lazy("Expected ready"), "due"),
)
