"""Marking as in process and as ready: what the bench has done."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.models import DeliveryKind, NotificationKind, Protocol, ProtocolStatus, Report, ReportStatus, User
from lims.services import digests, protocols
from lims.services.actions.base import Context
from lims.services.actions.on_protocols import ProtocolAction


class MoveProtocols(ProtocolAction):
    """A next state and nothing more; the vets who wish so are told in the portal."""

    told: ClassVar[NotificationKind]
    reads = ("status", "is_being_issued")

    def candidates(self, user: User) -> QuerySet[Protocol]:
        being_issued = Report.objects.filter(protocol=OuterRef("pk"), status=ReportStatus.FINALIZED)
        return super().candidates(user).annotate(is_being_issued=Exists(being_issued))

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        protocols.move_all(things, self.wanted, context.by)
        wishing = [thing for thing in things if thing.veterinarian.notify_on_processing]
        protocols.tell_vets(wishing, self.told)


class ProcessProtocols(MoveProtocols):
    """received, or ready -> processing."""

    name = "process-protocols"
    label = _("Mark as in process")
    wanted = ProtocolStatus.PROCESSING
    told = NotificationKind.PROTOCOL_PROCESSING

    def finish(self, context: Context, rounds: range) -> None:
        digests.announce(context.operation, rounds, DeliveryKind.PROTOCOL_PROCESSING)


class ReadyProtocols(MoveProtocols):
    """processing -> ready."""

    name = "ready-protocols"
    label = _("Mark as ready")
    wanted = ProtocolStatus.READY
    told = NotificationKind.PROTOCOL_READY
