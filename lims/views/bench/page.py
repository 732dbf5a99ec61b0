"""What the page of one sample's bench shows: its cassettes and slides, and what is next for each."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from lims.forms.bench.bench import COLOURS, STAINS, CassettesForm, RequestForm, SlidesForm
from lims.forms.bench.lists import MarkForm
from lims.forms.kit.parsing import typed_pk
from lims.models import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    Protocol,
    ProtocolStatus,
    Role,
    Slide,
    User,
)
from lims.models.processing import SlideQuality, Stage
from lims.models.protocols import AT_THE_BENCH, ProtocolKind
from lims.requests import AuthenticatedRequest
from lims.services.bench.worklists import Step
from lims.services.kit.permissions import require_laboratory
from lims.services.protocols import completeness

MAY_BE_ASKED = (ProtocolStatus.PROCESSING, ProtocolStatus.READY)


@dataclass(frozen=True)
class CassetteRow:
    """A cassette, each of its stages, passed or not yet, and what is next."""

    cassette: Cassette
    stages: list[tuple[Stage, CassetteStage | None]]
    slides: list[Slide]
    next_step: Step | None
    may_go: bool
    undo: Stage | None


@dataclass(frozen=True)
class SlideRow:
    """A slide, and what is next."""

    slide: Slide
    next_step: Step | None
    undo: Step | None


def protocol_on_bench(request: AuthenticatedRequest, pk: int) -> Protocol:
    """Return a protocol for somebody of the laboratory; Http404 for strangers, NotAllowed for its vet."""
    visible = Protocol.objects.visible_to(request.user)
    protocol = get_object_or_404(visible.select_related("veterinarian"), pk=pk)
    require_laboratory(request.user)
    return protocol


def bench_page(
    request: AuthenticatedRequest,
    protocol: Protocol,
    *,
    status: int = 200,
    marking: MarkForm | None = None,
    **forms: Any,
) -> HttpResponse:
    """Draw the page; `marking` and the other forms are those that were refused."""
    marking = marking or MarkForm()
    slides = _slide_rows(protocol)
    rows = _cassette_rows(protocol, [row.slide for row in slides])
    own = [row.cassette for row in rows]
    requests = _requests(request.user, protocol)
    wanted = _wanted(request, requests)
    context = {
        "protocol": protocol,
        "rows": rows,
        "slides": slides,
        "cassette_step": _first(row.next_step for row in rows),
        "slide_step": _first(row.next_step for row in slides),
        "stages": list(Stage),
        "ticked": _ticked(marking, rows, slides),
        "marking": marking,
        "requests": requests,
        "wanted": wanted,
        "lacks": completeness.incomplete([protocol.pk]).get(protocol.pk, ""),
        "is_on_bench": protocol.status in AT_THE_BENCH,
        "is_tissue": protocol.kind == ProtocolKind.HISTOPATHOLOGY,
        "qualities": SlideQuality.choices,
        "stains": STAINS,
        "colours": COLOURS,
        "cassettes_form": CassettesForm(protocol, list(protocol.specimens.all())),
        "slides_form": SlidesForm(protocol, own, wanted=wanted),
        "request_form": RequestForm(protocol, own) if _may_ask(request.user, protocol) else None,
    }
    return render(request, "processing/bench.html", context | forms, status=status)


def of_bench(protocol: Protocol, user: User) -> dict[str, Any]:
    """Return what a protocol's own page tells of its bench; one statement."""
    return {
        "requests": _requests(user, protocol),
        "was_received": protocol.number is not None,
        "may_ask": _may_ask(user, protocol),
    }


def _may_ask(user: User, protocol: Protocol) -> bool:
    return user.role == Role.PATHOLOGIST and protocol.status in MAY_BE_ASKED


def _requests(user: User, protocol: Protocol) -> list[AdditionalRequest]:
    visible = AdditionalRequest.objects.visible_to(user).filter(protocol=protocol)
    people = ("requested_by__staff_member", "done_by__staff_member", "cassette")
    made = ArraySubquery(Slide.objects.filter(request=OuterRef("pk")).order_by("pk").values("code"))
    found = visible.select_related(*people).annotate(made=made)
    # Open ones first, then those done last.
    return sorted(found, key=lambda each: (each.done_at is not None, -each.pk))


def _wanted(request: AuthenticatedRequest, requests: list[AdditionalRequest]) -> AdditionalRequest | None:
    """Return the open request that slides are being made for."""
    pk = typed_pk((request.POST or request.GET).get("request", ""))
    return next((each for each in requests if each.pk == pk and each.done_at is None), None)


def _ticked(marking: MarkForm, rows: list[CassetteRow], slides: list[SlideRow]) -> dict[str, set[int]]:
    """Return what is chosen: what was, where marking was refused, else all that waits for the next step."""
    chosen = {name: marking.ticked(name) for name in ("cassette", "slide")}
    if marking.is_bound and not any(chosen.values()):
        return chosen
    first, next_of_slides = _first(row.next_step for row in rows), _first(row.next_step for row in slides)
    usual = {
        "cassette": {row.cassette.pk for row in rows if first and row.next_step == first},
        "slide": {row.slide.pk for row in slides if next_of_slides and row.next_step == next_of_slides},
    }
    return {name: pks or usual[name] for name, pks in chosen.items()}


def _slide_rows(protocol: Protocol) -> list[SlideRow]:
    cassettes = Prefetch("cassettes", Cassette.objects.order_by("placements__position"), to_attr="shown")
    people = ("mounted_by__staff_member", "stained_by__staff_member")
    found = protocol.slides.select_related(*people).prefetch_related(cassettes)
    return [SlideRow(slide, _step_of_slide(protocol, slide), _last_mark(slide)) for slide in found]


def _cassette_rows(protocol: Protocol, slides: list[Slide]) -> list[CassetteRow]:
    stages = Prefetch("stages", CassetteStage.objects.select_related("by__staff_member"))
    found = protocol.cassettes.select_related("specimen").prefetch_related(stages)
    return [_cassette_row(cassette, slides) for cassette in found]


def _cassette_row(cassette: Cassette, slides: list[Slide]) -> CassetteRow:
    passed = {each.stage: each for each in cassette.stages.all()}
    showing = [slide for slide in slides if cassette in slide.shown]  # type: ignore[attr-defined]
    missing = [stage for stage in Stage if stage not in passed]
    next_step = Step(missing[0].value) if missing else (None if showing else Step.CUT)
    may_go = not showing and set(passed) <= {Stage.CASSETTING}
    is_mounted = any(slide.mounted_at for slide in showing)
    undo = next((stage for stage in reversed(Stage) if stage in passed and not is_mounted), None)
    stages = [(stage, passed.get(stage)) for stage in Stage]
    return CassetteRow(cassette, stages, showing, next_step, may_go, undo)


def _step_of_slide(protocol: Protocol, slide: Slide) -> Step | None:
    if slide.mounted_at is None and protocol.kind == ProtocolKind.HISTOPATHOLOGY:
        return Step.MOUNT
    if slide.stained_at is None:
        return Step.STAIN
    return None if slide.quality else Step.JUDGE


def _last_mark(slide: Slide) -> Step | None:
    marks = {Step.JUDGE: slide.quality, Step.STAIN: slide.stained_at, Step.MOUNT: slide.mounted_at}
    return next((step for step, mark in marks.items() if mark), None)


def _first(steps: Any) -> Step | None:
    """Return the earliest of these steps: what is chosen on the page before anybody chooses."""
    waiting = {step for step in steps if step}
    return next((step for step in Step if step in waiting), None)
