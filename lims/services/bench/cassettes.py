"""Cassettes: made of a sample's specimens, passing their stages, removed while nothing hangs on them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition, StaleEdit
from lims.models import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    Protocol,
    ReportCassette,
    Specimen,
    User,
)
from lims.models.processing import CassetteType, Stage
from lims.models.protocols import ProtocolKind
from lims.services.bench import locking
from lims.services.kit.permissions import require_laboratory


@dataclass(frozen=True)
class NewCassette:
    """A cassette to be made; what is not said of its material is its specimen's site."""

    specimen_pk: int | None = None
    material: str = ""
    type: str = CassetteType.NORMAL
    colour: str = ""


@transaction.atomic
def add_cassettes(by: User, pk: int, specs: Sequence[NewCassette], last: int | None = None) -> list[Cassette]:
    """Make cassettes of a protocol of tissue and return them; a received one is in process from then on.

    `last` is the protocol's last cassette's number as the editor read it, so that a second click makes none.
    Raises NotAllowed, NotVisible, InvalidTransition by state, StaleEdit if others were made since, and
    Incomplete for none, too many, those of cells, and specimens of another protocol.
    """
    protocol = locking.lock(by, pk)
    if protocol.kind != ProtocolKind.HISTOPATHOLOGY:
        raise Incomplete(_("Cassettes are for tissue; cells come on slides."))
    locking.take_into_work(by, [protocol])
    if last is not None and last != protocol.last_cassette:
        raise StaleEdit(_("Cassettes were made of this sample meanwhile. See whether more are needed."))
    locking.check_count(len(specs), protocol.last_cassette)
    return _make([(protocol, specs)])


@transaction.atomic
def pass_stage(by: User, cassette_pks: Collection[int], stage: Stage) -> int:
    """Write down that cassettes have passed a stage, now, by this user; return how many had not before.

    Idempotent: what has passed it keeps who and when. Raises NotAllowed, NotVisible if one is not there,
    InvalidTransition where a protocol is not in process or a cassette has not passed the stage before.
    """
    found = _locked_cassettes(by, cassette_pks)
    passed = {cassette.pk: {each.stage for each in cassette.stages.all()} for cassette in found}
    before = list(Stage)[: list(Stage).index(stage)]
    for cassette in found:
        if missing := [each for each in before if each not in passed[cassette.pk]]:
            message = _("%(code)s has not passed “%(stage)s” yet.")
            raise InvalidTransition(message % {"code": cassette.code, "stage": missing[0].label})
    new = [cassette for cassette in found if stage not in passed[cassette.pk]]
    now = timezone.now()
    CassetteStage.objects.bulk_create(
        CassetteStage(cassette=cassette, stage=stage, at=now, by=by) for cassette in new
    )
    return len(new)


@transaction.atomic
def take_back_stage(by: User, pk: int, stage: Stage) -> Protocol:
    """Unsay that a cassette has passed a stage, and return its protocol; the same again changes nothing.

    Raises NotAllowed, NotVisible, and InvalidTransition where more was done with it since.
    """
    cassette = _locked_cassettes(by, [pk])[0]
    later = list(Stage)[list(Stage).index(stage) + 1 :]
    is_mounted = stage == Stage.BLOCKING and cassette.slides.filter(mounted_at__isnull=False).exists()
    if is_mounted or any(passed.stage in later for passed in cassette.stages.all()):
        raise InvalidTransition(_("More was done with %(code)s since.") % {"code": cassette.code})
    cassette.stages.filter(stage=stage).delete()
    return cassette.protocol


@transaction.atomic
def remove_cassette(by: User, pk: int) -> Protocol:
    """Delete a cassette on which nothing hangs, and return its protocol; its code is never used again.

    Raises NotAllowed, NotVisible, and InvalidTransition once it is on a slide, past its cassetting, in a
    report or in a request.
    """
    cassette = _locked_cassettes(by, [pk])[0]
    if _hangs_on(cassette):
        message = _("%(code)s is in use already and stays.")
        raise InvalidTransition(message % {"code": cassette.code})
    protocol = cassette.protocol
    cassette.delete()
    return protocol


def make_usual_cassettes(found: Sequence[Protocol]) -> int:
    """Make a cassette of each specimen of locked protocols in process, and return how many."""
    specimens = defaultdict(list)
    for specimen in Specimen.objects.filter(protocol__in=found):
        specimens[specimen.protocol_id].append(NewCassette(specimen.pk))
    return len(_make([(protocol, specimens[protocol.pk] or [NewCassette()]) for protocol in found]))


def _make(wanted: Sequence[tuple[Protocol, Sequence[NewCassette]]]) -> list[Cassette]:
    found = [protocol for protocol, _specs in wanted]
    sites = _sites(found)
    made = Cassette.objects.bulk_create(
        _cassette(protocol, spec, sites) for protocol, specs in wanted for spec in specs
    )
    Protocol.objects.bulk_update(found, ["last_cassette"])
    return made


def _cassette(protocol: Protocol, spec: NewCassette, sites: dict[tuple[int, int], str]) -> Cassette:
    site = sites.get((protocol.pk, spec.specimen_pk)) if spec.specimen_pk else ""
    if site is None:
        raise Incomplete(_("This specimen is of another sample. Load the page again."))
    protocol.last_cassette += 1
    return Cassette(
        protocol=protocol,
        specimen_id=spec.specimen_pk,
        code=f"{protocol.number}-C{protocol.last_cassette}",
        material=locking.checked(Cassette, "material", spec.material) or site,
        type=CassetteType(spec.type),
        colour=locking.checked(Cassette, "colour", spec.colour),
    )


def _sites(found: Sequence[Protocol]) -> dict[tuple[int, int], str]:
    rows = Specimen.objects.filter(protocol__in=found).order_by()
    return {(protocol, pk): site for protocol, pk, site in rows.values_list("protocol", "pk", "site")}


def _locked_cassettes(by: User, pks: Collection[int]) -> list[Cassette]:
    """Return cassettes of protocols in process, which are locked until the transaction ends."""
    require_laboratory(by)
    found = locking.lock_all(by, Protocol.objects.filter(cassettes__pk__in=pks))
    rows = Cassette.objects.filter(pk__in=pks, protocol__in=found)
    # After the lock, so that nobody changes them any more.
    cassettes = list(rows.select_related("protocol").prefetch_related("stages").order_by("pk"))
    locking.require_all(cassettes, pks)
    locking.require_in_work(found)
    return cassettes


def _hangs_on(cassette: Cassette) -> bool:
    return (
        any(passed.stage != Stage.CASSETTING for passed in cassette.stages.all())
        or cassette.placements.exists()
        or AdditionalRequest.objects.filter(cassette=cassette).exists()
        or ReportCassette.objects.filter(cassette=cassette).exists()
    )
