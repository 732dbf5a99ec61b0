"""Moves protocols from state to state, one or many at a time by the same rule."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition
from lims.models import (
    Notification,
    NotificationKind,
    Protocol,
    ProtocolHistory,
    ProtocolStatus,
    ReportStatus,
    User,
)
from lims.models.protocols import TRANSITIONS
from lims.services.kit import numbers
from lims.services.protocols import completeness, expectations

RECEIVE = """
UPDATE {table} AS protocol SET
    status = %(status)s, number = given.number, received_at = %(at)s, received_by_id = %(by)s,
    expected_ready_on = coalesce(protocol.expected_ready_on, given.ready_on),
    expected_ready_by = coalesce(protocol.expected_ready_by, given.ready_by),
    lock_version = protocol.lock_version + 1
FROM unnest(%(pks)s::bigint[], %(numbers)s::text[], %(ready_on)s::date[], %(ready_by)s::date[])
    AS given (pk, number, ready_on, ready_by)
WHERE protocol.id = given.pk
"""


def transition(
    protocol: Protocol, status: ProtocolStatus, by: User | None, reason: str = ""
) -> ProtocolHistory:
    """Give a protocol its next state, in the caller's transaction, and return what its history says of that.

    Nobody is the program itself. Looks at the row as it is now, under lock. Raises InvalidTransition, or
    Incomplete for a protocol that lacks something to be ready, and then nothing has changed.
    """
    protocol.status = _locked_status(protocol.pk)
    if refused := why_not(protocol.status, status, _is_being_issued(protocol)):
        raise InvalidTransition(refused)
    if status == ProtocolStatus.READY and (lacking := completeness.incomplete([protocol.pk])):
        raise Incomplete(lacking[protocol.pk])
    return transition_all([protocol], status, by, reason)[0]


def why_not(before: str, wanted: ProtocolStatus, is_being_issued: bool = False) -> str:
    """Return why a protocol in this state may not get that one, or nothing."""
    state = ProtocolStatus(before)
    if wanted not in TRANSITIONS[state]:
        message = _("A protocol that is “%(state)s” cannot become “%(wanted)s”.")
        return message % {"state": state.label, "wanted": wanted.label}
    if wanted == ProtocolStatus.PROCESSING and is_being_issued:
        return _("The report of this protocol is being issued; amend it instead.")
    return ""


def transition_all(
    protocols: Sequence[Protocol], status: ProtocolStatus, by: User | None, reason: str = ""
) -> list[ProtocolHistory]:
    """Give locked protocols, none of which is refused, their next state, and return their history's new rows.

    Three statements for any number.
    """
    events = _record(protocols, status, by, reason)
    Protocol.objects.filter(pk__in=[protocol.pk for protocol in protocols]).update(status=status)
    for protocol in protocols:
        protocol.status = status
    return events


def note(protocol: Protocol, by: User, reason: str) -> ProtocolHistory:
    """Write down that something of a locked protocol was put right, which stays in its state; return that."""
    return _record([protocol], ProtocolStatus(protocol.status), by, reason)[0]


def receive_all(protocols: Sequence[Protocol], by: User, at: datetime) -> list[ProtocolHistory]:
    """Receive locked protocols, none of which is refused, and return their history's new rows.

    Each gets its number, its times and the days by which it should be ready. Numbers follow the given order
    and the laboratory's year, without gaps whatever is rolled back. A few statements for any number of
    protocols.
    """
    if not protocols:
        return []
    received_on = timezone.localdate(at)
    ready = {kind: expectations.expected(kind, received_on) for kind in {one.kind for one in protocols}}
    # Before the numbers, whose series is locked for everybody from then on.
    events = _record(protocols, ProtocolStatus.RECEIVED, by)
    _number(protocols, received_on.year)
    rows = {
        "pks": [protocol.pk for protocol in protocols],
        "numbers": [protocol.number for protocol in protocols],
        "ready_on": [ready[protocol.kind].on for protocol in protocols],
        "ready_by": [ready[protocol.kind].by for protocol in protocols],
    }
    values: dict[str, Any] = {"status": ProtocolStatus.RECEIVED, "at": at, "by": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(RECEIVE.format(table=Protocol._meta.db_table), values | rows)
    return events


def notify_vets(protocols: Iterable[Protocol], kind: NotificationKind) -> None:
    """Notify each protocol's vet in the portal, in the caller's transaction; not idempotent."""
    Notification.objects.bulk_create(
        Notification(
            user_id=protocol.veterinarian.user_id,
            kind=kind,
            subject=protocol.code,
            path=reverse("protocol", args=(protocol.pk,)),
        )
        for protocol in protocols
    )


def notify_vets_of_processing(protocols: Iterable[Protocol], kind: NotificationKind) -> None:
    """Notify, in the portal, those vets who want to follow the processing; not idempotent."""
    notify_vets((one for one in protocols if one.veterinarian.notify_on_processing), kind)


def _number(protocols: Sequence[Protocol], year: int) -> None:
    by_kind: defaultdict[str, list[Protocol]] = defaultdict(list)
    for protocol in protocols:
        by_kind[protocol.kind].append(protocol)
    # In one order of locks, so that two receivers cannot wait for each other.
    for kind in sorted(by_kind):
        taken = numbers.protocol_numbers(kind, year, len(by_kind[kind]))
        for protocol, number in zip(by_kind[kind], taken, strict=True):
            protocol.number = number


def _record(
    protocols: Sequence[Protocol], status: ProtocolStatus, by: User | None, reason: str = ""
) -> list[ProtocolHistory]:
    return ProtocolHistory.objects.bulk_create(
        ProtocolHistory(protocol=protocol, before=protocol.status, after=status, by=by, reason=reason)
        for protocol in protocols
    )


def _locked_status(pk: int) -> str:
    # Not the key: whoever adds a row that refers to the protocol need not wait.
    locked = Protocol.objects.select_for_update(no_key=True)
    return locked.values_list("status", flat=True).get(pk=pk)


def _is_being_issued(protocol: Protocol) -> bool:
    return protocol.reports.filter(status=ReportStatus.FINALIZED).exists()
