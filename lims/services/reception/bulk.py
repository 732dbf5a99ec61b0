"""Marking as received: a number for each sample, and one message to each vet about all of theirs."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lims.models import DeliveryKind, NotificationKind, Protocol, ProtocolStatus
from lims.services.kit import numbers
from lims.services.operations.action import Context
from lims.services.operations.registry import register
from lims.services.protocols import digests, transitions
from lims.services.protocols.bulk import ProtocolAction


@register
class ReceiveProtocols(ProtocolAction):
    """submitted -> received."""

    name = "receive-protocols"
    label = _("Mark as received")
    wanted = ProtocolStatus.RECEIVED

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        transitions.receive_all(things, context.by, context.now)
        transitions.notify_vets(things, NotificationKind.PROTOCOL_RECEIVED)

    def hold_shared(self, context: Context, things: Sequence[Protocol]) -> None:
        year = timezone.localdate(context.now).year
        numbers.hold_protocol_series({thing.kind for thing in things}, year)

    def finish(self, context: Context, rounds: range) -> None:
        digests.announce(context.operation, rounds, DeliveryKind.RECEPTION_DIGEST)
