"""The bench of one sample: cassettes and slides are made and removed there, and what is complete is ready."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, LimsError, StaleEdit
from lims.forms.bench.bench import CassettesForm, SlidesForm
from lims.forms.kit.refusing import refuse
from lims.models import Cassette, Protocol, Slide
from lims.models.processing import Stage
from lims.requests import AuthenticatedRequest
from lims.services.bench import cassettes, ready, slides
from lims.services.kit.permissions import require_laboratory
from lims.views.bench.page import bench_page, protocol_on_bench
from lims.views.kit.guard import authenticated


@require_safe
@authenticated
def protocol_processing(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return bench_page(request, protocol_on_bench(request, pk))


@require_POST
@authenticated
def cassettes_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    protocol = protocol_on_bench(request, pk)
    form = CassettesForm(protocol, list(protocol.specimens.all()), request.POST)
    return _add(request, protocol, "cassettes_form", form, cassettes.add_cassettes)


@require_POST
@authenticated
def slides_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    protocol = protocol_on_bench(request, pk)
    form = SlidesForm(protocol, list(protocol.cassettes.all()), request.POST)
    return _add(request, protocol, "slides_form", form, slides.add_slides)


@require_POST
@authenticated
def cassette_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Remove a cassette on which nothing hangs."""
    visible = Protocol.objects.visible_to(request.user)
    cassette = get_object_or_404(Cassette, pk=pk, protocol__in=visible)
    return _do(request, cassette.protocol_id, cassettes.remove_cassette, cassette, _("%(code)s was removed."))


@require_POST
@authenticated
def slide_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Remove a slide that is not stained yet."""
    visible = Protocol.objects.visible_to(request.user)
    slide = get_object_or_404(Slide, pk=pk, protocol__in=visible)
    return _do(request, slide.protocol_id, slides.remove_slide, slide, _("%(code)s was removed."))


@require_POST
@authenticated
def cassette_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back the stage that a cassette passed last."""
    visible = Protocol.objects.visible_to(request.user)
    cassette = get_object_or_404(Cassette, pk=pk, protocol__in=visible)
    stage = _asked(request, tuple(Stage.values))
    undo = partial(cassettes.take_back_stage, stage=Stage(stage))
    return _do(request, cassette.protocol_id, undo, cassette, _("%(code)s: taken back."))


@require_POST
@authenticated
def slide_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back what was marked last on a slide."""
    visible = Protocol.objects.visible_to(request.user)
    slide = get_object_or_404(Slide, pk=pk, protocol__in=visible)
    undo = partial(slides.take_back, mark=_asked(request, tuple(slides.UNSAID)))
    return _do(request, slide.protocol_id, undo, slide, _("%(code)s: taken back."))


@require_POST
@authenticated
def protocol_ready(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a complete sample off the bench."""
    protocol = protocol_on_bench(request, pk)
    return _do(request, pk, ready.make_ready, protocol, _("%(code)s is ready to be reported."))


def _add(
    request: AuthenticatedRequest,
    protocol: Protocol,
    name: str,
    form: CassettesForm | SlidesForm,
    add: Callable,
) -> HttpResponse:
    """Make what a form asks for, or show it again with what is wrong."""
    if form.is_valid():
        try:
            count = len(add(request.user, protocol.pk, form.specs(), form.cleaned_data["last"]))
        except LimsError as error:
            protocol = _refused(protocol.pk, form, error)
        else:
            messages.success(request, _made(form, count))
            return redirect("protocol_processing", protocol.pk)
    shown: dict[str, Any] = {name: form}
    return bench_page(request, protocol, status=409, **shown)


def _made(form: CassettesForm | SlidesForm, count: int) -> str:
    if isinstance(form, CassettesForm):
        message = ngettext("%(count)s cassette was made.", "%(count)s cassettes were made.", count)
    else:
        message = ngettext("%(count)s slide was made.", "%(count)s slides were made.", count)
    return message % {"count": count}


def _asked(request: AuthenticatedRequest, allowed: Sequence[str]) -> str:
    require_laboratory(request.user)
    if (mark := request.POST.get("undo", "")) in allowed:
        return mark
    raise Incomplete(_("This form is damaged. Load its page again."))


def _do(request: AuthenticatedRequest, back_pk: int, verb: Any, thing: Any, message: str) -> HttpResponse:
    try:
        verb(request.user, thing.pk)
    except (Incomplete, InvalidTransition) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, message % {"code": thing.code})
    return redirect("protocol_processing", back_pk)


def _refused(pk: int, form: CassettesForm | SlidesForm, error: LimsError) -> Protocol:
    """Say in the form what was refused, and return the protocol as it is now."""
    refuse(form, error)
    now = Protocol.objects.select_related("veterinarian").get(pk=pk)
    if isinstance(error, StaleEdit):
        form.take_last(now.last_slide if isinstance(form, SlidesForm) else now.last_cassette)
    return now
