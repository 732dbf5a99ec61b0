"""When the demo's protocols were submitted, and what became of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lims.models import ProtocolStatus as Status

# Of 300: how many are in a state.
SHARES = {
    Status.REPORTED: 40,
    Status.READY: 42,
    Status.PROCESSING: 45,
    Status.RECEIVED: 37,
    Status.SUBMITTED: 108,
    Status.REJECTED: 10,
    Status.DRAFT: 18,
}
# Between how many and how few days ago they were submitted; of what is in process, some is overdue.
DAYS_AGO = {
    Status.REPORTED: (None, 14.0),
    Status.READY: (14.0, 9.0),
    Status.PROCESSING: (14.0, 4.0),
    Status.RECEIVED: (4.0, 2.0),
    Status.SUBMITTED: (2.0, 0.0),
    Status.REJECTED: (20.0, 1.0),
    Status.DRAFT: (8.0, 0.0),
}


@dataclass(frozen=True)
class Appointment:
    """A protocol to be: when it was written, and its state today."""

    written_at: datetime
    status: Status


def appointments(rng: random.Random, count: int, midnight: datetime) -> Iterator[Appointment]:
    """Return `count` protocols to be, the oldest first; from seven on, every state occurs."""
    oldest_days = min(1_000.0, max(180.0, count * 0.4))
    planned = [
        Appointment(midnight - timedelta(days=rng.uniform(end, start or oldest_days)), status)
        for status, (start, end) in DAYS_AGO.items()
        for _ in range(counts(count)[status])
    ]
    return iter(sorted(planned, key=lambda appointment: appointment.written_at))


def counts(count: int) -> dict[Status, int]:
    """Return how many protocols of `count` are in each state."""
    shared = {status: count * share // 300 for status, share in SHARES.items()}
    missing = count - sum(shared.values())
    for status in sorted(SHARES, key=lambda status: shared[status])[:missing]:
        shared[status] += 1
    return shared
