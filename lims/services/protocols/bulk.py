"""Bulk actions that give protocols their next state: what they share, in process, ready."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lims.models import DeliveryKind, NotificationKind, Protocol, ProtocolStatus, Report, ReportStatus, User
from lims.services.operations.action import Action, Context, Named
from lims.services.operations.registry import register
from lims.services.protocols import completeness, digests, transitions

NEEDED = (
    *("status", "kind", "number", "temporary_code"),
    *("veterinarian__user", "veterinarian__notify_on_processing"),
)


class ProtocolAction(Action):
    """Gives protocols their next state: all of a chunk that their state does not refuse, at once."""

    wanted: ClassVar[ProtocolStatus]
    reads: ClassVar[Sequence[str]] = ("status",)

    def candidates(self, user: User) -> QuerySet[Protocol]:
        return Protocol.objects.visible_to(user).select_related("veterinarian").only(*NEEDED)

    def reason(self, status: str, is_being_issued: bool = False) -> str:
        return transitions.why_not(status, self.wanted, is_being_issued)

    def name_of(self, thing: Protocol) -> Named:
        return Named(thing.code, reverse("protocol", args=(thing.pk,)))

    def apply_chunk(self, context: Context, things: Sequence[Protocol]) -> dict[int, str]:
        refused = {thing.pk: reason for thing in things if (reason := self.why_not(thing))}
        self.change(context, [thing for thing in things if thing.pk not in refused])
        return refused

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        """Do it to protocols that nothing refuses."""
        raise NotImplementedError


class TransitionProtocols(ProtocolAction):
    """A next state and nothing more; the vets who wish so are told in the portal."""

    notification: ClassVar[NotificationKind]
    reads = ("status", "is_being_issued")

    def candidates(self, user: User) -> QuerySet[Protocol]:
        being_issued = Report.objects.filter(protocol=OuterRef("pk"), status=ReportStatus.FINALIZED)
        return super().candidates(user).annotate(is_being_issued=Exists(being_issued))

    def change(self, context: Context, things: Sequence[Protocol]) -> None:
        transitions.transition_all(things, self.wanted, context.by)
        transitions.notify_vets_of_processing(things, self.notification)


@register
class ProcessProtocols(TransitionProtocols):
    """received, or ready -> processing."""

    name = "process-protocols"
    label = _("Mark as in process")
    wanted = ProtocolStatus.PROCESSING
    notification = NotificationKind.PROTOCOL_PROCESSING

    def finish(self, context: Context, rounds: range) -> None:
        digests.announce(context.operation, rounds, DeliveryKind.PROTOCOL_PROCESSING)


@register
class ReadyProtocols(TransitionProtocols):
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
