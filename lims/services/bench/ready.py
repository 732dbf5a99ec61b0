"""The two ends of the bench: what is usual is made of a sample that came, and what is complete is ready."""

from collections.abc import Collection

from django.db import transaction

from lims.errors import Incomplete
from lims.models import NotificationKind, Protocol, ProtocolStatus, User
from lims.models.protocols import ProtocolKind
from lims.services.bench import cassettes, locking, slides
from lims.services.kit.permissions import require_laboratory
from lims.services.protocols import completeness, transitions


@transaction.atomic
def begin_usual(by: User, pks: Collection[int]) -> int:
    """Make the usual cassettes, or of cells slides, of protocols that have none; return how many were made.

    Received ones are in process from then on. Idempotent: what has some keeps them. A few statements for any
    number. Raises NotAllowed, NotVisible if one is not there, and InvalidTransition by state.
    """
    found = _locked(by, pks)
    locking.take_into_work(by, found)
    tissue = [one for one in found if one.kind == ProtocolKind.HISTOPATHOLOGY and not one.last_cassette]
    cells = [one for one in found if one.kind == ProtocolKind.CYTOLOGY and not one.last_slide]
    return cassettes.make_usual_cassettes(tissue) + slides.make_usual_slides(cells)


@transaction.atomic
def make_ready(by: User, pk: int) -> Protocol:
    """Take a complete protocol off the bench, for its report to be written, and return it.

    Raises NotAllowed, NotVisible, InvalidTransition by state, so that a second click changes nothing, and
    Incomplete with what it lacks.
    """
    protocol = locking.lock(by, pk)
    transitions.transition(protocol, ProtocolStatus.READY, by)
    transitions.notify_vets_of_processing([protocol], NotificationKind.PROTOCOL_READY)
    return protocol


@transaction.atomic
def make_all_ready(by: User, pks: Collection[int]) -> int:
    """Take complete protocols off the bench, all or none of them; return how many were on it still.

    Raises NotAllowed, NotVisible, InvalidTransition by state, and Incomplete with what the first one lacks.
    """
    waiting = [protocol for protocol in _locked(by, pks) if protocol.status != ProtocolStatus.READY]
    locking.require_in_work(waiting)
    lacking = completeness.incomplete([protocol.pk for protocol in waiting])
    for protocol in waiting:
        if protocol.pk in lacking:
            raise Incomplete(f"{protocol.code}: {lacking[protocol.pk]}")
    transitions.transition_all(waiting, ProtocolStatus.READY, by)
    transitions.notify_vets_of_processing(waiting, NotificationKind.PROTOCOL_READY)
    return len(waiting)


def _locked(by: User, pks: Collection[int]) -> list[Protocol]:
    require_laboratory(by)
    found = locking.lock_all(by, Protocol.objects.filter(pk__in=pks))
    locking.require_all(found, pks)
    return found
