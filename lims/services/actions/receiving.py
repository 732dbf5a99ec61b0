"""Marking as received: a number for each sample, and one message to each vet about all of theirs."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lims.models import DeliveryKind, NotificationKind, Protocol, ProtocolStatus
from lims.services import digests, numbers, protocols
from lims.services.actions.base import Context
from lims.services.actions.on_protocols import ProtocolAction


class ReceiveProtocols(ProtocolAction):
    """submitted -> received."""

    name = "receive-protocols"
    label = _("Mark as received")
    wanted = ProtocolStatus.RECEIVED

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        protocols.receive_all(things, context.by, context.now)
        protocols.tell_vets(things, NotificationKind.PROTOCOL_RECEIVED)

    def hold_shared(self, context: Context, things: Sequence[Protocol]) -> None:
        year = timezone.localdate(context.now).year
        numbers.hold_protocol_series({thing.kind for thing in things}, year)

    def finish(self, context: Context, rounds: range) -> None:
        digests.announce(context.operation, rounds, DeliveryKind.RECEPTION_DIGEST)
