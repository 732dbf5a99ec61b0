"""Bulk actions: who may ask for one, for what, a preview, and how a chunk is done."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet, Value
from django.utils.functional import Promise

from lims.errors import LimsError
from lims.models import Operation, Role, User

EXAMPLES_MAX = 50
LABORATORY = (Role.STAFF, Role.PATHOLOGIST, Role.ADMIN)


@dataclass(frozen=True)
class Context:
    """In whose name a chunk is worked on, and when."""

    operation: Operation
    by: User
    now: datetime


@dataclass(frozen=True)
class Named:
    """A thing's name and the path of its page."""

    text: str
    path: str


@dataclass(frozen=True)
class Refused:
    """Things that an action would not touch, and why; the first of them by name."""

    reason: str
    count: int
    examples: list[str]


@dataclass(frozen=True)
class Preview:
    """What an action would do: change so many, and leave these as they are."""

    allowed: int
    refused: list[Refused]


class Action:
    """A bulk action. Its work runs in transactions of others: no I/O but the database's.

    What it needs: `name`, `label`, `candidates`, `name_of`, and either `apply_chunk`, which does many at
    once, or `apply_one` where a service does one at a time. `reason`, of what `reads` names, is its one rule
    of what it refuses.
    """

    name: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    roles: ClassVar[Collection[str]] = LABORATORY
    # How many things one transaction holds.
    chunk_size: ClassVar[int] = 500
    # The fields, or annotations, that alone decide whether a thing is refused.
    reads: ClassVar[Sequence[str]] = ()

    def allows(self, user: User) -> bool:
        """Return whether the user may ask for this, as it is looked at again for each chunk."""
        return user.is_active and user.role in self.roles

    def candidates(self, user: User) -> QuerySet:
        """Return the things that the user may choose from, by `visible_to`, with what `reads` needs."""
        raise NotImplementedError

    def reason(self, *args: Any, **read: Any) -> str:
        """Return why a thing with these values is refused, or nothing."""
        return ""

    def lockable(self, user: User) -> QuerySet:
        """Return the candidates as they are locked, for an action that looks at more of them then."""
        return self.candidates(user)

    def name_of(self, thing: Any) -> Named:
        """Return how a thing is called and where its page is."""
        raise NotImplementedError

    def preview(self, user: User, chosen: QuerySet) -> Preview:
        """Return what would happen now to these of the user's candidates; few statements for any number."""
        things = self.candidates(user).filter(pk__in=chosen.order_by().values("pk")).order_by()
        counts: Counter[str] = Counter()
        groups: defaultdict[str, Q] = defaultdict(Q)
        # An alias, since a group without fields would be one of all fields.
        for group in things.values(*self.reads, each=Value(0)).annotate(found=Count("pk")):
            read = {name: group[name] for name in self.reads}
            reason = self.reason(**read)
            counts[reason] += group["found"]
            groups[reason] |= Q(**read)
        allowed = counts.pop("", 0)
        return Preview(allowed, [self._refused(things, each, counts[each], groups[each]) for each in counts])

    def names(self, user: User, pks: Collection[int]) -> dict[int, Named]:
        """Return the names of those of these things that the user may see, by pk."""
        return {thing.pk: self.name_of(thing) for thing in self.candidates(user).filter(pk__in=pks)}

    def lock(self, by: User, pks: Sequence[int]) -> dict[int, Any]:
        """Lock things for the transaction, in the one order of all lanes; return them in that of `pks`."""
        rows = self.lockable(by).filter(pk__in=pks).order_by("pk")
        found = {thing.pk: thing for thing in rows.select_for_update(of=("self",), no_key=True)}
        return {pk: found[pk] for pk in pks if pk in found}

    def apply_chunk(self, context: Context, things: Sequence[Any]) -> dict[int, str]:
        """Do it to locked things and return the reason of each that was refused, by pk.

        Whatever it raises undoes the chunk, which is then tried in smaller parts, down to one thing.
        """
        refused = {}
        for thing in things:
            try:
                with transaction.atomic():
                    self.apply_one(context, thing)
            except LimsError as error:
                refused[thing.pk] = str(error)
        return refused

    def apply_one(self, context: Context, thing: Any) -> None:
        """Do it to one locked thing; raise the LimsError whose sentence says why not."""
        raise NotImplementedError

    def hold_shared(self, context: Context, things: Sequence[Any]) -> None:
        """Lock, in one order, the rows that several things share, before these are tried in parts.

        Only what takes several such rows needs it: parts alone would lock them in an order of their own.
        """

    def finish(self, context: Context, rounds: range) -> None:
        """Do what is done once for all that these rounds did, as in the digests of a reception."""

    def why_not(self, thing: Model) -> str:
        """Return why this thing is refused as it is now, or nothing."""
        return self.reason(**{name: getattr(thing, name) for name in self.reads})

    def _refused(self, things: QuerySet, reason: str, count: int, which: Q) -> Refused:
        first = things.filter(which).order_by("pk")[:EXAMPLES_MAX]
        return Refused(reason, count, [self.name_of(thing).text for thing in first])
