"""Contents of e-mails: each noun registers the letters of the kinds of delivery that it sends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lims.models import Delivery, DeliveryKind, User


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


class Obsolete(NamedTuple):
    """Why a delivery is not sent any more: the answer to `resend`, and the end of one that had not left."""

    when_resent: str
    before_sent: str


Writer = Callable[[Delivery], Letter]


class Contents(NamedTuple):
    """A noun's part in its kinds of delivery."""

    write: Writer
    obsolete: Callable[[Delivery], Obsolete | None]
    on_resent: Callable[[Delivery, User, str], None]


_CONTENTS: dict[str, Contents] = {}


def letter(
    *kinds: DeliveryKind,
    obsolete: Callable[[Delivery], Obsolete | None] = lambda delivery: None,
    on_resent: Callable[[Delivery, User, str], None] = lambda delivery, by, note: None,
) -> Callable[[Writer], Writer]:
    """Register the writer of deliveries of these kinds; a decorator.

    `obsolete` is asked before a delivery leaves, the first time and again. `on_resent` runs in the
    transaction that sends one again, with a note of the address. Raises ValueError when a kind is taken.
    """

    def register(writer: Writer) -> Writer:
        if taken := _CONTENTS.keys() & set(kinds):
            raise ValueError(f"Two letters are registered for {sorted(map(str, taken))}.")
        _CONTENTS.update(dict.fromkeys(kinds, Contents(writer, obsolete, on_resent)))
        return writer

    return register


def of(delivery: Delivery) -> Contents:
    """Return what the noun of a delivery registered for its kind; its `write` speaks the active language."""
    return _CONTENTS[delivery.kind]
