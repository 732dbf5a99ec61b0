"""The demo's history: every step that its protocols took, at its time, written in batches."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db import connection

from lims.demo.pace import Pace, received
from lims.demo.people import Cast
from lims.models import Protocol, ProtocolHistory
from lims.models import ProtocolStatus as Status

BATCH = 2_000
UNTIL_RECEPTION = timedelta(hours=22)
# By hand: the model itself would give each row the present.
INSERT = """
INSERT INTO {history} (protocol_id, before, after, at, by_id, reason)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[])
"""
SHOWN = (
    "status",
    "kind",
    "public_id",
    "submitted_at",
    "received_at",
    "rejection_reason",
    "veterinarian__user",
)


class StatusChange(NamedTuple):
    """A row of the history."""

    protocol: int
    before: str
    after: str
    at: datetime
    by: int
    reason: str = ""


def create_history(cast: Cast, pace: Pace) -> None:
    """Write how each protocol came to its state, the oldest change first; a statement for each batch."""
    protocols = Protocol.objects.exclude(status=Status.DRAFT).select_related("veterinarian").only(*SHOWN)
    steps = (step for protocol in protocols.iterator(BATCH) for step in _steps(protocol, cast, pace))
    ordered = sorted(steps, key=attrgetter("at", "protocol"))
    for start in range(0, len(ordered), BATCH):
        write_steps(ordered[start : start + BATCH])


def write_steps(steps: list[StatusChange]) -> None:
    """Write rows of the history with their own times, in their order."""
    columns = [list(column) for column in zip(*steps, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(history=ProtocolHistory._meta.db_table), columns)


def _steps(protocol: Protocol, cast: Cast, pace: Pace) -> Iterator[StatusChange]:
    assert protocol.submitted_at is not None
    vet, staff = protocol.veterinarian.user_id, cast.staff.pk
    yield StatusChange(protocol.pk, Status.DRAFT, Status.SUBMITTED, protocol.submitted_at, vet)
    if protocol.status == Status.REJECTED:
        at, reason = protocol.submitted_at + UNTIL_RECEPTION, protocol.rejection_reason
        yield StatusChange(protocol.pk, Status.SUBMITTED, Status.REJECTED, at, staff, reason)
    if protocol.received_at is None:
        return
    yield StatusChange(protocol.pk, Status.SUBMITTED, Status.RECEIVED, received(protocol), staff)
    times = pace.of(protocol)
    if protocol.status in (Status.PROCESSING, Status.READY, Status.REPORTED):
        yield StatusChange(protocol.pk, Status.RECEIVED, Status.PROCESSING, times.begun_at, staff)
    if protocol.status in (Status.READY, Status.REPORTED):
        yield StatusChange(protocol.pk, Status.PROCESSING, Status.READY, times.ready_at, staff)
    if protocol.status == Status.REPORTED:
        by = cast.pathologist.staff_member.user_id
        yield StatusChange(protocol.pk, Status.READY, Status.REPORTED, times.reported_at, by)
