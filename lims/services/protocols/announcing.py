"""What vets are told of one protocol at a time: by mail as they wish, or always, and in the portal."""

from collections.abc import Iterable, Sequence

from actors import jobs
from lims.models import (
    Delivery,
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
    told = [(event, found[event.protocol_id]) for event in events]
    wishing = [(event, protocol) for event, protocol in told if wants_mail(protocol.veterinarian, kind)]
    _enqueue((_delivery(event, protocol.veterinarian, kind, by) for event, protocol in wishing), by)
    shown = wishing if kind in ONLY_IF_WANTED else told
    # What vets did themselves they know.
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


def _delivery(event: ProtocolHistory, vet: Veterinarian, kind: DeliveryKind, by: User | None) -> Delivery:
    return Delivery(
        kind=kind,
        protocol_event=event,
        recipient=vet.user,
        address=vet.email,
        language=vet.user.language,
        message_id=deliveries.message_id(),
        requested_by=by,
    )


def _enqueue(messages: Iterable[Delivery], by: User | None) -> None:
    made = Delivery.objects.bulk_create(messages)
    if made:
        works = {str(delivery.pk): (delivery.pk,) for delivery in made}
        jobs.enqueue_many("send_delivery", works, requested_by_id=by.pk if by else None)
