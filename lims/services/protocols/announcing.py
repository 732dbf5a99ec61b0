"""What vets are told of one protocol at a time: by mail as they wish, or always, and in the portal."""

from collections.abc import Sequence

from lims.models import (
    DeliveryKind,
    NotificationKind,
    Protocol,
    ProtocolHistory,
    User,
    Veterinarian,
)
from lims.services.mail import deliveries
from lims.services.protocols import transitions

# The preference by which a vet wants mail of a kind; of the others they always get one.
PREFERENCE_OF = {
    DeliveryKind.RECEPTION_DIGEST: "notify_on_reception",
    DeliveryKind.PROTOCOL_RECEIVED: "notify_on_reception",
    DeliveryKind.PROTOCOL_PROCESSING: "notify_on_processing",
}
# Many moves of the bench would drown the rest, so the portal too tells only whoever wishes it.
ONLY_IF_WANTED = {DeliveryKind.PROTOCOL_PROCESSING}


def announce(events: Sequence[ProtocolHistory], kind: DeliveryKind, by: User | None) -> None:
    """Have the vets of these events told, each once, in the caller's transaction, which wrote the events.

    Five statements for any number. Bulk operations announce by `protocols.digests` instead.
    """
    found = _protocols(events)
    pairs = [(event, found[event.protocol_id]) for event in events]
    wanted = [(event, protocol) for event, protocol in pairs if wants_mail(protocol.veterinarian, kind)]
    letters = [
        deliveries.write(kind, vet.user, vet.email, by, protocol_event=event)
        for event, protocol in wanted
        if (vet := protocol.veterinarian)
    ]
    deliveries.enqueue_all(letters, by)
    shown = wanted if kind in ONLY_IF_WANTED else pairs
    # Vets know what they did themselves.
    others = [protocol for _event, protocol in shown if not by or protocol.veterinarian.user_id != by.pk]
    transitions.notify_vets(others, NotificationKind(kind.value))


def wants_mail(vet: Veterinarian, kind: DeliveryKind) -> bool:
    """Return whether a vet wants mail of this kind."""
    return kind not in PREFERENCE_OF or getattr(vet, PREFERENCE_OF[kind])


def _protocols(events: Sequence[ProtocolHistory]) -> dict[int, Protocol]:
    # As they are after the move, whatever the caller has read.
    needed = Protocol.objects.select_related("veterinarian__user").only(
        "number", "temporary_code", "veterinarian"
    )
    return needed.in_bulk([event.protocol_id for event in events])
