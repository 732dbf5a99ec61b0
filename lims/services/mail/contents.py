"""What letters say: each noun registers the writer of the kinds that it sends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lims.models import Delivery, DeliveryKind


class Attachment(NamedTuple):
    """A file that goes with a letter."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Letter:
    """One message's own part: its subject, where its link leads, what its template shows, its file."""

    subject: str
    path: str
    values: dict[str, Any] = field(default_factory=dict)
    attachment: Attachment | None = None


Writer = Callable[[Delivery], Letter]
_WRITERS: dict[str, Writer] = {}


def letter(*kinds: DeliveryKind) -> Callable[[Writer], Writer]:
    """Register the writer of deliveries of these kinds; a decorator."""

    def register(writer: Writer) -> Writer:
        _WRITERS.update(dict.fromkeys(kinds, writer))
        return writer

    return register


def write(delivery: Delivery) -> Letter:
    """Return what a delivery says, in the language that is active. Raises what its writer raises."""
    return _WRITERS[delivery.kind](delivery)
