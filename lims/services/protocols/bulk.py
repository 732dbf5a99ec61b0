"""Marking as in process and as ready: what the bench has done."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from lims.models import DeliveryKind, NotificationKind, Protocol, ProtocolStatus, Report, ReportStatus, User
from lims.services.operations.action import Context
from lims.services.protocols import completeness, digests, transitions
from lims.services.protocols.protocol_action import ProtocolAction


class MoveProtocols(ProtocolAction):
    """A next state and nothing more; the vets who wish so are told in the portal."""

    notification: ClassVar[NotificationKind]
    reads = ("status", "is_being_issued")

    def candidates(self, user: User) -> QuerySet[Protocol]:
        being_issued = Report.objects.filter(protocol=OuterRef("pk"), status=ReportStatus.FINALIZED)
        return super().candidates(user).annotate(is_being_issued=Exists(being_issued))

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        transitions.transition_all(things, self.wanted, context.by)
        transitions.notify_vets_of_processing(things, self.notification)


class ProcessProtocols(MoveProtocols):
    """received, or ready -> processing."""

    name = "process-protocols"
    label = _("Mark as in process")
    wanted = ProtocolStatus.PROCESSING
    notification = NotificationKind.PROTOCOL_PROCESSING

    def finish(self, context: Context, rounds: range) -> None:
        digests.announce(context.operation, rounds, DeliveryKind.PROTOCOL_PROCESSING)


class ReadyProtocols(MoveProtocols):
    """processing -> ready, of what is complete."""

    name = "ready-protocols"
    label = _("Mark as ready")
    wanted = ProtocolStatus.READY
    notification = NotificationKind.PROTOCOL_READY
    reads = ("status", "lacks")

    def candidates(self, user: User) -> QuerySet[Protocol]:
        return completeness.with_lacks(super().candidates(user))

    def reason(self, status: str, lacks: str = "") -> str:  # type: ignore[override]
        return transitions.why_not(status, self.wanted) or completeness.sentence(lacks)

    def lockable(self, user: User) -> QuerySet[Protocol]:
        return super().candidates(user)

    def lock(self, by: User, pks: Sequence[int]) -> dict[int, Protocol]:
        found = super().lock(by, pks)
        # What lies on the bench may have changed while another's lock was waited for.
        lacking = completeness.lacking(list(found))
        for protocol in found.values():
            protocol.lacks = lacking.get(protocol.pk, "")
        return found
