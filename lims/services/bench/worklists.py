"""What waits on the bench, by what is to be done next; what is expected first comes first."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from lims.models import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    Protocol,
    ProtocolStatus,
    Report,
    Role,
    Slide,
    SlideCassette,
    User,
)
from lims.models.processing import Stage
from lims.models.protocols import AT_THE_BENCH, ProtocolKind, due
from lims.services.kit.counting import count_each
from lims.services.protocols import completeness


class Step(models.TextChoices):
    """What is to be done next, in the order in which a sample goes through it."""

    BEGIN = "begin", _("To begin")
    CASSETTING = "cassetting", _("Cassetting")
    FIXATION = "fixation", _("Fixation")
    EMBEDDING = "embedding", _("Embedding")
    BLOCKING = "blocking", _("Blocking")
    CUT = "cut", _("To cut")
    MOUNT = "mount", _("To mount")
    STAIN = "stain", _("To stain")
    JUDGE = "judge", _("To judge")
    REQUESTS = "requests", _("Requests")
    COMPLETE = "complete", _("Complete")


class _IsOneOf(Func):
    """`a = ANY (array)`. An array is taken for few: its rows are looked up, whatever else there is."""

    arity = 2
    arg_joiner = " = ANY ("
    template = "%(expressions)s)"
    output_field = models.BooleanField()


def waiting(user: User, step: Step) -> QuerySet:
    """Return what the user may see that waits for a step, each with the day `due` by which it is expected.

    These are protocols, cassettes, slides or requests; their protocol is read with them.
    """
    rows, protocol = _waiting(user, step)
    days = [TruncDate(f"{protocol}{moment}") for moment in ("received_at", "created_at")]
    return rows.annotate(due=Coalesce(due(protocol), *days))


def counts(user: User) -> dict[Step, int]:
    """Return how many wait for each step; one statement."""
    counted = count_each(user, *(_waiting(user, step)[0] for step in Step))
    return dict(zip(Step, counted, strict=True))


def asked_for(user: User) -> QuerySet[AdditionalRequest]:
    """Return the open requests whose answer the user waits for: a pathologist's own, else everybody's."""
    found = AdditionalRequest.objects.visible_to(user).open()
    return found.filter(requested_by=user) if user.role == Role.PATHOLOGIST else found


def protocol_of(row: Protocol | Cassette | Slide | AdditionalRequest | Report) -> Protocol:
    """Return the protocol of whatever waits."""
    return row if isinstance(row, Protocol) else row.protocol


def _waiting(user: User, step: Step) -> tuple[QuerySet, str]:
    visible = Protocol.objects.visible_to(user)
    in_work = visible.filter(status=ProtocolStatus.PROCESSING)
    if step == Step.BEGIN:
        return _to_begin(visible), ""
    if step == Step.COMPLETE:
        return completeness.with_lacks(in_work).filter(lacks=""), ""
    if step == Step.REQUESTS:
        # Their protocol's state does not matter: an open one is never forgotten.
        return AdditionalRequest.objects.visible_to(user).open().filter(protocol__in=visible), "protocol__"
    rows = _slides(step) if step in _OF_SLIDES else _cassettes(step)
    return rows.filter(_IsOneOf(F("protocol"), ArraySubquery(in_work.order_by().values("pk")))), "protocol__"


_OF_SLIDES = (Step.MOUNT, Step.STAIN, Step.JUDGE)


def _to_begin(visible: QuerySet[Protocol]) -> QuerySet[Protocol]:
    # Not by EXISTS, which beside an OR is looked up for all that there ever was.
    first = {"cassette": _first_of(Cassette), "slide": _first_of(Slide)}
    tissue = Q(kind=ProtocolKind.HISTOPATHOLOGY, cassette=None)
    cells = Q(kind=ProtocolKind.CYTOLOGY, slide=None)
    on_bench = visible.filter(status__in=AT_THE_BENCH)
    return on_bench.alias(**first).filter(tissue | cells)


def _first_of(model: type[Cassette] | type[Slide]) -> Subquery:
    return Subquery(model.objects.filter(protocol=OuterRef("pk")).order_by("pk").values("pk")[:1])


def _cassettes(step: Step) -> QuerySet[Cassette]:
    if step == Step.CUT:
        return Cassette.objects.filter(_has_passed(Stage.BLOCKING), placements=None)
    stage = Stage(step.value)
    position = list(Stage).index(stage)
    came_here = Q(_has_passed(list(Stage)[position - 1])) if position else Q()
    return Cassette.objects.filter(came_here, ~Q(_has_passed(stage)))


def _has_passed(stage: Stage) -> Exists:
    return Exists(CassetteStage.objects.filter(cassette=OuterRef("pk"), stage=stage).order_by())


def _slides(step: Step) -> QuerySet[Slide]:
    tissue = Q(protocol__kind=ProtocolKind.HISTOPATHOLOGY)
    if step == Step.MOUNT:
        return Slide.objects.filter(tissue, ~Q(_has_unblocked()), mounted_at=None)
    if step == Step.STAIN:
        return Slide.objects.filter(Q(mounted_at__isnull=False) | ~tissue, stained_at=None)
    return Slide.objects.filter(stained_at__isnull=False, quality="")


def _has_unblocked() -> Exists:
    on_it = SlideCassette.objects.filter(slide=OuterRef("pk")).order_by()
    blocked = CassetteStage.objects.filter(cassette=OuterRef("cassette"), stage=Stage.BLOCKING).order_by()
    return Exists(on_it.filter(~Q(Exists(blocked))))
