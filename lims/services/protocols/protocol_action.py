"""What the bulk actions on protocols share: which there are, and which a state refuses."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import QuerySet
from django.urls import reverse

from lims.models import Protocol, ProtocolStatus, User
from lims.services.operations.action import Action, Context, Named
from lims.services.protocols import transitions

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
