"""The bench's work lists: what waits for each step, and marking several at once."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lims.errors import LimsError
from lims.forms.bench_lists import BenchFilter, MarkForm, place
from lims.models import User
from lims.models.processing import SlideQuality, Stage
from lims.services import additional_requests, bench, bench_lists, cassettes, slides
from lims.services import processing as verbs
from lims.services.bench_lists import Step, protocol_of
from lims.views.answers import answers, refusal, wants_json
from lims.views.listing import CSV_CHUNK, address, csv_of

PAGE_SIZE = 50


class Marking(NamedTuple):
    """What a step's rows are called in a form, and what marking them does; it returns how many are new."""

    name: str
    mark: Callable[[User, list[int], MarkForm], int]


def _passing(stage: Stage) -> Marking:
    return Marking("cassette", lambda by, pks, form: cassettes.pass_stage(by, pks, stage))


MARKINGS = {
    Step.BEGIN: Marking("protocol", lambda by, pks, form: verbs.begin_usual(by, pks)),
    **{Step(stage.value): _passing(stage) for stage in Stage},
    Step.CUT: Marking("cassette", lambda by, pks, form: slides.cut(by, pks, form.cleaned_data["stain"])),
    Step.MOUNT: Marking("slide", lambda by, pks, form: slides.mount(by, pks)),
    Step.STAIN: Marking("slide", lambda by, pks, form: slides.stain(by, pks)),
    Step.JUDGE: Marking(
        "slide", lambda by, pks, form: slides.judge_quality(by, pks, form.quality_of_slides(), form.seen())
    ),
    Step.REQUESTS: Marking("request", lambda by, pks, form: additional_requests.finish_requests(by, pks)),
    Step.COMPLETE: Marking("protocol", lambda by, pks, form: verbs.make_all_ready(by, pks)),
}

# What these steps count is not what was chosen, but what was made of it.
MAKING = (Step.BEGIN, Step.CUT)
JOINED = {
    "protocol": ("veterinarian",),
    "cassette": ("protocol__veterinarian", "specimen"),
    "slide": ("protocol__veterinarian",),
    "request": ("protocol__veterinarian", "cassette", "requested_by__staff_member"),
}


@require_safe
@answers
def processing(request: HttpRequest) -> HttpResponseBase:
    """List what waits for a step, what is expected first at the top."""
    bench.require_laboratory(request.user)
    filters = BenchFilter(request.GET)
    step = filters.step()
    found = filters.rest(filters.apply(_rows(request.user, step)))
    if request.GET.get("format") == "csv":
        return csv_of(_("bench"), _csv_head(), (_csv_row(row) for row in found.iterator(CSV_CHUNK)))
    page, next_url = _page(found, filters)
    if wants_json(request):
        return JsonResponse({"results": [_row(row) for row in page], "next": next_url})
    counts = bench_lists.counts(request.user)
    context = {
        "rows": page,
        "step": step,
        "name": MARKINGS[step].name,
        "steps": [(each, counts[each], address("processing", _kept(filters, each))) for each in Step],
        "qualities": SlideQuality.choices,
        "filters": filters,
        "kept": urlencode(_kept(filters, step)),
        "searched": filters.searched(),
        "is_first": filters.is_first(),
        "list_url": reverse("processing"),
        "first_url": address("processing", _kept(filters, step)),
        "csv_url": address("processing", _kept(filters, step) | {"format": "csv"}),
        "next_url": next_url,
    }
    return render(request, "processing/list.html", context)


@require_POST
@answers
def mark(request: HttpRequest) -> HttpResponse:
    """Mark what was chosen for a step, all of it or nothing, and lead back to where that was done."""
    bench.require_laboratory(request.user)
    form = MarkForm(request.POST)
    try:
        step = form.wanted()
        marking = MARKINGS[step]
        count = marking.mark(request.user, form.ids(marking.name), form)
    except LimsError as error:
        if wants_json(request):
            return refusal(error, 409)
        messages.error(request, str(error))
        return redirect(form.back_url())
    if wants_json(request):
        return JsonResponse({"marked": count})
    messages.success(request, told(step, count))
    return redirect(form.back_url())


def told(step: Step, count: int) -> str:
    """Return what whoever marked things is told."""
    if not count:
        return _("Nothing was left to be marked.")
    made = ngettext("%(count)s was made.", "%(count)s were made.", count)
    marked = ngettext("%(step)s: %(count)s marked.", "%(step)s: %(count)s marked.", count)
    return (made if step in MAKING else marked) % {"step": step.label, "count": count}


def _rows(user: User, step: Step) -> QuerySet:
    return bench_lists.waiting(user, step).select_related(*JOINED[MARKINGS[step].name])


def _page(found: QuerySet, filters: BenchFilter) -> tuple[list, str | None]:
    rows = list(found[: PAGE_SIZE + 1])
    today = timezone.localdate()
    for row in rows:
        row.days_overdue = max((today - row.due).days, 0) if row.due else 0
        row.of = protocol_of(row)
    page = rows[:PAGE_SIZE]
    if len(rows) <= PAGE_SIZE:
        return page, None
    return page, address("processing", filters.chosen() | {"after": place(page[-1])})


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


def _csv_head() -> list[str]:
    return [
        _("Code"),
        _("Protocol"),
        _("Kind"),
        _("Animal"),
        _("Species"),
        _("Veterinarian"),
        _("Expected ready"),
    ]


def _csv_row(row: Any) -> list:
    protocol = protocol_of(row)
    return [
        code_of(row),
        protocol.code,
        protocol.get_kind_display(),
        protocol.animal,
        protocol.species,
        protocol.veterinarian.name,
        row.due,
    ]


def code_of(row: Any) -> str:
    """Return the code of what waits: a request is known by its protocol's."""
    return row.code if hasattr(row, "code") else protocol_of(row).code
