"""Slides: cut from cassettes or smeared with cells, mounted, stained, judged; removed until stained."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition, StaleEdit
from lims.models import Cassette, CassetteStage, CytologySample, Protocol, Slide, SlideCassette, User
from lims.models.processing import SlideQuality, Stage
from lims.models.protocols import ProtocolKind
from lims.services.bench import locking
from lims.services.kit.permissions import require_laboratory

USUAL_STAINS = {ProtocolKind.HISTOPATHOLOGY: "H&E", ProtocolKind.CYTOLOGY: "May-Grünwald-Giemsa"}

# A slide's marks as they are before they are made.
UNSAID: dict[str, dict[str, Any]] = {
    "mount": {"mounted_at": None, "mounted_by": None},
    "stain": {"stained_at": None, "stained_by": None},
    "judge": {"quality": ""},
}


@dataclass(frozen=True)
class NewSlide:
    """A slide to be made, with the cassettes on it in the order of their places; cells come without.

    One that a pathologist asked for says by which request.
    """

    cassette_pks: tuple[int, ...] = ()
    stain: str = ""
    request_pk: int | None = None


@transaction.atomic
def add_slides(by: User, pk: int, specs: Sequence[NewSlide], last: int | None = None) -> list[Slide]:
    """Make slides of a protocol and return them; a received one is in process from then on.

    `last` is the protocol's last slide's number as the editor read it, so that a second click makes none.
    Raises NotAllowed, NotVisible, InvalidTransition by state, StaleEdit if others were made since, and
    Incomplete for none, too many, a stain that is too long, and cassettes that are wrong for them.
    """
    protocol = locking.lock(by, pk)
    locking.take_into_work(by, [protocol])
    if last is not None and last != protocol.last_slide:
        raise StaleEdit(_("Slides were made of this sample meanwhile. See whether more are needed."))
    locking.check_count(len(specs), protocol.last_slide)
    _check_requests(protocol, specs)
    own = set(protocol.cassettes.values_list("pk", flat=True))
    for spec in specs:
        _check_cassettes(protocol, spec, own)
    return _make([(protocol, specs)])


@transaction.atomic
def cut(by: User, cassette_pks: Collection[int], stain: str = "") -> int:
    """Make a slide of each of these cassettes that is on none; return how many were made.

    Idempotent. Raises NotAllowed, NotVisible if one is not there, InvalidTransition where a protocol is not
    in process, and Incomplete for a stain that is too long.
    """
    require_laboratory(by)
    found = locking.lock_all(by, Protocol.objects.filter(cassettes__pk__in=cassette_pks))
    rows = Cassette.objects.filter(pk__in=cassette_pks, protocol__in=found)
    cassettes = list(rows.prefetch_related("placements").order_by("pk"))
    locking.require_all(cassettes, cassette_pks)
    locking.require_in_work(found)
    wanted = [
        (protocol, [NewSlide((one.pk,), stain) for one in cassettes if _is_uncut(one, protocol)])
        for protocol in found
    ]
    return len(_make(wanted))


@transaction.atomic
def mount(by: User, pks: Collection[int]) -> int:
    """Write down that slides were mounted, now, by this user; return how many were not before.

    Idempotent: what was mounted keeps who and when. Raises NotAllowed, NotVisible if one is not there, and
    InvalidTransition where a protocol is not in process or a cassette is no block yet.
    """
    found = _locked(by, pks)
    blocked = CassetteStage.objects.filter(stage=Stage.BLOCKING).values("cassette")
    unblocked = SlideCassette.objects.filter(slide__in=found).exclude(cassette__in=blocked)
    if first := unblocked.select_related("cassette").order_by("pk").first():
        message = _("%(code)s has not passed “%(stage)s” yet.")
        raise InvalidTransition(message % {"code": first.cassette.code, "stage": Stage.BLOCKING.label})
    new = [slide for slide in found if slide.mounted_at is None]
    return _mark(new, mounted_at=timezone.now(), mounted_by=by)


@transaction.atomic
def stain(by: User, pks: Collection[int]) -> int:
    """Write down that slides were stained, as `mount` does; those of tissue have to be mounted."""
    found = _locked(by, pks)
    for slide in found:
        if slide.mounted_at is None and slide.protocol.kind == ProtocolKind.HISTOPATHOLOGY:
            raise InvalidTransition(_("%(code)s is not mounted yet.") % {"code": slide.code})
    new = [slide for slide in found if slide.stained_at is None]
    return _mark(new, stained_at=timezone.now(), stained_by=by)


@transaction.atomic
def judge_quality(
    by: User, pks: Collection[int], quality: SlideQuality, seen: Mapping[int, str] | None = None
) -> int:
    """Write down how good stained slides are, and return of how many that is new.

    `seen` is what the judge saw of slides that were judged before. Raises as `stain` does, and StaleEdit
    where somebody judged one otherwise meanwhile.
    """
    found = _locked(by, pks)
    for slide in found:
        if slide.stained_at is None:
            raise InvalidTransition(_("%(code)s is not stained yet.") % {"code": slide.code})
        if slide.quality not in ("", quality, (seen or {}).get(slide.pk)):
            message = _("%(code)s was judged “%(quality)s” meanwhile. Judge it again if that is wrong.")
            raise StaleEdit(message % {"code": slide.code, "quality": slide.get_quality_display()})
    return _mark([slide for slide in found if slide.quality != quality], quality=quality)


@transaction.atomic
def take_back(by: User, pk: int, mark: str) -> Protocol:
    """Unsay that a slide was mounted, stained or judged, and return its protocol; again changes nothing.

    Raises NotAllowed, NotVisible, and InvalidTransition where more was done with it since.
    """
    slide = _locked(by, [pk])[0]
    since = {"mount": slide.stained_at, "stain": slide.quality, "judge": None}
    if since[mark]:
        raise InvalidTransition(_("More was done with %(code)s since.") % {"code": slide.code})
    _mark([slide], **UNSAID[mark])
    return slide.protocol


@transaction.atomic
def remove_slide(by: User, pk: int) -> Protocol:
    """Delete a slide that is not stained yet, and return its protocol; its code is never used again.

    Raises NotAllowed, NotVisible and InvalidTransition.
    """
    slide = _locked(by, [pk])[0]
    if slide.stained_at or slide.quality:
        raise InvalidTransition(_("%(code)s is in use already and stays.") % {"code": slide.code})
    slide.delete()
    return slide.protocol


def make_usual_slides(found: Sequence[Protocol]) -> int:
    """Make the slides that came with the cells of locked protocols in process; return how many."""
    samples = CytologySample.objects.filter(protocol__in=found)
    came = {one.protocol_id: one.slides_received or one.slides_declared for one in samples}
    # Whatever was typed at reception, one slide is there and a form's worth is enough.
    counts = {one.pk: min(max(came.get(one.pk, 1), 1), locking.AT_ONCE_MAX) for one in found}
    return len(_make([(protocol, [NewSlide()] * counts[protocol.pk]) for protocol in found]))


def _make(wanted: Sequence[tuple[Protocol, Sequence[NewSlide]]]) -> list[Slide]:
    pairs = [(_slide(protocol, spec), spec) for protocol, specs in wanted for spec in specs]
    made = Slide.objects.bulk_create(slide for slide, _spec in pairs)
    SlideCassette.objects.bulk_create(
        SlideCassette(slide=slide, cassette_id=pk, position=position)
        for slide, spec in pairs
        for position, pk in enumerate(spec.cassette_pks, 1)
    )
    Protocol.objects.bulk_update([protocol for protocol, _specs in wanted], ["last_slide"])
    return made


def _slide(protocol: Protocol, spec: NewSlide) -> Slide:
    protocol.last_slide += 1
    stain = locking.checked(Slide, "stain", spec.stain) or USUAL_STAINS[ProtocolKind(protocol.kind)]
    code = f"{protocol.number}-S{protocol.last_slide}"
    return Slide(protocol=protocol, code=code, stain=stain, request_id=spec.request_pk)


def _check_requests(protocol: Protocol, specs: Sequence[NewSlide]) -> None:
    wanted = {spec.request_pk for spec in specs if spec.request_pk}
    if wanted and protocol.requests.filter(pk__in=wanted).count() < len(wanted):
        raise locking.gone()


def _check_cassettes(protocol: Protocol, spec: NewSlide, own: set[int]) -> None:
    if protocol.kind == ProtocolKind.CYTOLOGY and spec.cassette_pks:
        raise Incomplete(_("Cells come on slides without cassettes."))
    if protocol.kind == ProtocolKind.HISTOPATHOLOGY and not spec.cassette_pks:
        raise Incomplete(_("Choose the cassettes."), {"cassettes": _("Choose at least one.")})
    if not set(spec.cassette_pks) <= own or len(set(spec.cassette_pks)) < len(spec.cassette_pks):
        raise locking.gone()


def _is_uncut(cassette: Cassette, protocol: Protocol) -> bool:
    return cassette.protocol_id == protocol.pk and not cassette.placements.all()


def _locked(by: User, pks: Collection[int]) -> list[Slide]:
    """Return slides of protocols in process, which are locked until the transaction ends."""
    require_laboratory(by)
    found = locking.lock_all(by, Protocol.objects.filter(slides__pk__in=pks))
    # After the lock, so that nobody changes them any more.
    rows = Slide.objects.filter(pk__in=pks, protocol__in=found).select_related("protocol")
    slides = list(rows.order_by("pk"))
    locking.require_all(slides, pks)
    locking.require_in_work(found)
    return slides


def _mark(slides: Sequence[Slide], **values: Any) -> int:
    return Slide.objects.filter(pk__in=[slide.pk for slide in slides]).update(**values)
