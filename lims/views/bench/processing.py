"""The bench's work lists: what waits for each step, and marking several at once."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from lims.errors import LimsError
from lims.forms.bench.lists import BenchFilter, MarkForm
from lims.models import User
from lims.models.processing import Stage
from lims.requests import AuthenticatedRequest
from lims.services.bench import cassettes, ready, requests, slides
from lims.services.bench.worklists import Step
from lims.services.kit.permissions import require_laboratory
from lims.views.bench.list import NAMES, bench_csv, bench_json, bench_list, marking_refused
from lims.views.kit.guard import authenticated, error_json, wants_json

Mark = Callable[[User, list[int], MarkForm], int]


def _passing(stage: Stage) -> Mark:
    return lambda by, pks, form: cassettes.pass_stage(by, pks, stage)


# Marks a step's rows; returns how many are new.
MARKS: dict[Step, Mark] = {
    Step.BEGIN: lambda by, pks, form: ready.begin_usual(by, pks),
    **{Step(stage.value): _passing(stage) for stage in Stage},
    Step.CUT: lambda by, pks, form: slides.cut(by, pks, form.cleaned_data["stain"]),
    Step.MOUNT: lambda by, pks, form: slides.mount(by, pks),
    Step.STAIN: lambda by, pks, form: slides.stain(by, pks),
    Step.JUDGE: lambda by, pks, form: slides.judge_quality(by, pks, form.quality_of_slides(), form.seen()),
    Step.REQUESTS: lambda by, pks, form: requests.finish_requests(by, pks),
    Step.COMPLETE: lambda by, pks, form: ready.make_all_ready(by, pks),
}
# These steps count what was made, not what was chosen.
MAKING = (Step.BEGIN, Step.CUT)
# How what was done is called, where the list is called after what is to be done.
DONE = {
    Step.MOUNT: gettext_lazy("Mounted"),
    Step.STAIN: gettext_lazy("Stained"),
    Step.JUDGE: gettext_lazy("Judged"),
}


@require_safe
@authenticated
def processing(request: AuthenticatedRequest) -> HttpResponseBase:
    """List what waits for a step, what is expected first at the top."""
    require_laboratory(request.user)
    filters = BenchFilter(request.GET)
    if request.GET.get("format") == "csv":
        return bench_csv(request.user, filters)
    return bench_json(request.user, filters) if wants_json(request) else bench_list(request, filters)


@require_POST
@authenticated
def mark(request: AuthenticatedRequest) -> HttpResponse:
    """Mark what was chosen for a step, all of it or nothing, and lead back to where that was done."""
    require_laboratory(request.user)
    form = MarkForm(request.POST)
    try:
        step = form.wanted()
        count = MARKS[step](request.user, form.ids(NAMES[step]), form)
    except LimsError as error:
        return error_json(error, 409) if wants_json(request) else marking_refused(request, form, error)
    if wants_json(request):
        return JsonResponse({"marked": count})
    messages.success(request, success_message(step, count))
    return redirect(form.back_url())


def success_message(step: Step, count: int) -> str:
    """Return what whoever marked things is told."""
    if not count:
        return _("Nothing was left to be marked.")
    made = ngettext("%(count)s was made.", "%(count)s were made.", count)
    marked = ngettext("%(step)s: %(count)s marked.", "%(step)s: %(count)s marked.", count)
    return (made if step in MAKING else marked) % {"step": DONE.get(step, step.label), "count": count}
