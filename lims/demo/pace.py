"""How fast the demo's laboratory works: when each sample was taken up, ready, reported. Always the same."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lims.models import Protocol
from lims.services.kit.working_days import add_working_days
from lims.services.protocols.expectations import DEFAULTS

# Working days at the bench, as often as they stand here; then until the report.
AT_THE_BENCH = {"histopathology": (2, 3, 3, 4, 4, 4, 5, 5, 6, 7), "cytology": (1, 1, 1, 2, 2, 3)}
AT_THE_DESK = (0, 1, 1, 2)
# Half a year ago the laboratory had fewer hands.
SLOWER_BEFORE = timedelta(days=75)
OPENS_AT, OPEN_HOURS = 8, 9
LAST_HOURS = timedelta(hours=6)


@dataclass(frozen=True)
class Times:
    """When a sample came to the bench, left it, and when its report was begun and finalized."""

    begun_at: datetime
    ready_at: datetime
    written_at: datetime
    reported_at: datetime

    def between(self, share: float) -> datetime:
        """Return the moment at which so much of the work at the bench was done."""
        return self.begun_at + (self.ready_at - self.begun_at) * share


class Pace:
    """Knows the demo's present, and on which days nobody works."""

    def __init__(self, now: datetime, holidays: Collection[date]) -> None:
        self._holidays = holidays
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        self._latest = midnight - LAST_HOURS
        self._slower_before = midnight - SLOWER_BEFORE

    def of(self, protocol: Protocol) -> Times:
        """Return the times of a received protocol, none of them in the future."""
        rng = random.Random(protocol.public_id.int)  # noqa: S311  (reproducible on purpose)
        received_at = received(protocol)
        days = rng.choice(AT_THE_BENCH[protocol.kind]) + (received_at < self._slower_before) * rng.randrange(
            3
        )
        ready_at = self._on(rng, received_at, days, self._latest - 2 * LAST_HOURS)
        reported_at = self._on(rng, ready_at, rng.choice(AT_THE_DESK), self._latest)
        reported_at = max(reported_at, ready_at + timedelta(hours=2))
        begun_at = received_at + (ready_at - received_at) * rng.uniform(0.05, 0.2)
        return Times(begun_at, ready_at, reported_at - timedelta(minutes=50), reported_at)

    def expected(self, protocol: Protocol) -> tuple[date, date]:
        """Return when a received protocol is expected to be ready: half of such are, four of five are."""
        received_on = timezone.localdate(received(protocol))
        half, most = DEFAULTS[protocol.kind]  # type: ignore[index]
        on, by = (add_working_days(received_on, days, self._holidays) for days in (half, most))
        return on, by

    def _on(self, rng: random.Random, after: datetime, days: int, latest: datetime) -> datetime:
        """Return a moment of a working day so many after a moment, but not later than allowed."""
        day = add_working_days(timezone.localdate(after), days, self._holidays)
        minutes = rng.randrange(OPEN_HOURS * 60)
        at = timezone.make_aware(datetime.combine(day, time(OPENS_AT))) + timedelta(minutes=minutes)
        return min(max(at, after + timedelta(hours=3)), latest)


def received(protocol: Protocol) -> datetime:
    """Return when a numbered protocol was received."""
    assert protocol.received_at is not None
    return protocol.received_at
