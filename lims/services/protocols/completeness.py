"""The one rule of what a protocol still lacks before it is ready; in SQL, for any number at once."""

from collections.abc import Collection
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from lims.models import AdditionalRequest, Cassette, Protocol, ProtocolStatus, Slide
from lims.models.processing import Stage
from lims.models.protocols import ProtocolKind

SENTENCES = {
    "cassettes": _("It has no cassette yet."),
    "stages": _("A cassette has not passed all stages."),
    "cuts": _("A cassette is on no slide yet."),
    "slides": _("It has no slide yet."),
    "mounting": _("A slide is not mounted."),
    "staining": _("A slide is not stained."),
    "quality": _("The quality of a slide is not judged."),
    "requests": _("An additional request is open."),
}


def with_lacks(protocols: QuerySet[Protocol]) -> QuerySet[Any]:
    """Return the protocols with `lacks`, the first thing that keeps one in process from being ready."""
    return protocols.annotate(lacks=_lacks())


def sentence(lacks: str) -> str:
    """Return what a protocol lacks in words, or nothing."""
    return str(SENTENCES[lacks]) if lacks else ""


def lacking(pks: Collection[int]) -> dict[int, str]:
    """Return what each of these protocols in process that is not complete lacks; one statement."""
    rows = with_lacks(Protocol.objects.filter(pk__in=pks)).exclude(lacks="")
    return dict(rows.order_by().values_list("pk", "lacks"))


def incomplete(pks: Collection[int]) -> dict[int, str]:
    """Return for each of these protocols in process that is not complete a sentence that says why not."""
    return {pk: sentence(lacks) for pk, lacks in lacking(pks).items()}


def _lacks() -> Case:
    tissue, cells = Q(kind=ProtocolKind.HISTOPATHOLOGY), Q(kind=ProtocolKind.CYTOLOGY)
    return Case(
        # Looked at first, so that a list of all costs nothing for what is not on the bench.
        When(~Q(status=ProtocolStatus.PROCESSING), then=Value("")),
        When(tissue & ~Q(Exists(_cassettes())), then=Value("cassettes")),
        When(tissue & Exists(_unfinished()), then=Value("stages")),
        When(tissue & Exists(_cassettes().filter(placements=None)), then=Value("cuts")),
        # Each of its cassettes is on a slide.
        When(cells & ~Q(Exists(_slides())), then=Value("slides")),
        When(tissue & Exists(_slides().filter(mounted_at=None)), then=Value("mounting")),
        When(Exists(_slides().filter(stained_at=None)), then=Value("staining")),
        When(Exists(_slides().filter(quality="")), then=Value("quality")),
        When(Exists(_open_requests()), then=Value("requests")),
        default=Value(""),
        output_field=CharField(),
    )


def _cassettes() -> QuerySet[Cassette]:
    return Cassette.objects.filter(protocol=OuterRef("pk")).order_by()


def _unfinished() -> QuerySet[Cassette]:
    return _cassettes().annotate(passed=Count("stages")).filter(passed__lt=len(Stage))


def _slides() -> QuerySet[Slide]:
    return Slide.objects.filter(protocol=OuterRef("pk")).order_by()


def _open_requests() -> QuerySet[AdditionalRequest]:
    return AdditionalRequest.objects.filter(protocol=OuterRef("pk"), done_at=None).order_by()
