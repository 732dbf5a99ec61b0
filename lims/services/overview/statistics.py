"""Statistics by month: turnaround, volumes, and the vets who send most."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from lims.models import Protocol, Report, User
from lims.models.people import full_name
from lims.models.protocols import ProtocolKind
from lims.services.kit.permissions import require_admin
from lims.services.kit.working_days import between_sql

BUSIEST = 10
# A protocol counts once, with its first report, and only once that was issued: whatever is amended or
# withdrawn later was reported all the same, and what is not reported yet has no turnaround. The days are
# counted once for each pair of dates, of which there are few.
TURNAROUND = """
WITH reported AS MATERIALIZED (
    SELECT
        protocol.kind,
        (protocol.received_at AT TIME ZONE %(zone)s)::date AS received_on,
        (report.finalized_at AT TIME ZONE %(zone)s)::date AS reported_on
    FROM {reports} AS report JOIN {protocols} AS protocol ON protocol.id = report.protocol_id
    WHERE report.version = 1 AND report.issued_at IS NOT NULL
        AND report.finalized_at >= %(since)s AND protocol.received_at IS NOT NULL
),
pairs AS MATERIALIZED (
    SELECT received_on, reported_on, {days} AS days
    FROM (SELECT DISTINCT received_on, reported_on FROM reported) AS pair
)
SELECT
    kind, date_trunc('month', reported_on)::date AS month, count(*),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY days), percentile_disc(0.8) WITHIN GROUP (ORDER BY days)
FROM reported JOIN pairs USING (received_on, reported_on)
GROUP BY GROUPING SETS ((kind, month), (kind))
"""


@dataclass(frozen=True)
class Turnaround:
    """So many protocols of a kind were reported in a month, or in all of them where `month` is None.

    Half of them took at most `median_days` working days from reception to report, four of five at most
    `most_days`; both are None where nothing was reported.
    """

    kind: ProtocolKind
    month: date | None
    reported: int = 0
    median_days: int | None = None
    most_days: int | None = None


@dataclass(frozen=True)
class Sender:
    """A veterinarian, and how many samples of theirs were received."""

    pk: int
    name: str
    clinic: str
    received: int
    histopathology: int
    cytology: int


def months_until_now(count: int) -> list[date]:
    """Return the first days of the last so many months of the laboratory's calendar, the present one last."""
    today = timezone.localdate()
    present = today.year * 12 + today.month
    return [
        date((month - 1) // 12, (month - 1) % 12 + 1, 1) for month in range(present - count + 1, present + 1)
    ]


def turnaround(by: User, months: list[date]) -> list[Turnaround]:
    """Return how long the reported protocols of each kind took, by month and then in all; one statement.

    Days are working days: what is reported on the day of its reception took none. Raises NotAllowed for
    everybody but administrators.
    """
    require_admin(by)
    found = {(kind, month): taken for kind, month, *taken in _turnaround_rows(months[0])}
    return [
        Turnaround(kind, month, *found.get((kind, month), ()))
        for kind in ProtocolKind
        for month in (*months, None)
    ]


def received(by: User, months: list[date]) -> dict[tuple[str, date], int]:
    """Return how many samples of each kind were received in each month; one statement.

    Raises NotAllowed for everybody but administrators.
    """
    require_admin(by)
    counted = _received_since(months[0]).annotate(month=TruncMonth("received_at"))
    rows = counted.values("kind", "month").annotate(count=Count("pk")).order_by()
    found = {(row["kind"], timezone.localdate(row["month"])): row["count"] for row in rows}
    return {
        (kind.value, month): found.get((kind.value, month), 0) for kind in ProtocolKind for month in months
    }


def busiest(by: User, months: list[date]) -> list[Sender]:
    """Return the veterinarians who sent most of what was received in these months; one statement.

    Raises NotAllowed for everybody but administrators.
    """
    require_admin(by)
    person = ("veterinarian", "veterinarian__first_names", "veterinarian__last_names", "veterinarian__clinic")
    of_kind = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in ProtocolKind}
    rows = _received_since(months[0]).values(*person).annotate(count=Count("pk"), **of_kind)
    return [_sender(row) for row in rows.order_by("-count", "veterinarian")[:BUSIEST]]


def _sender(row: dict[str, Any]) -> Sender:
    return Sender(
        pk=row["veterinarian"],
        name=full_name(row["veterinarian__first_names"], row["veterinarian__last_names"]),
        clinic=row["veterinarian__clinic"],
        received=row["count"],
        histopathology=row[ProtocolKind.HISTOPATHOLOGY],
        cytology=row[ProtocolKind.CYTOLOGY],
    )


def _received_since(month: date) -> Any:
    return Protocol.objects.filter(received_at__gte=_beginning(month))


def _turnaround_rows(since: date) -> list[tuple]:
    statement = TURNAROUND.format(
        reports=Report._meta.db_table,
        protocols=Protocol._meta.db_table,
        days=between_sql("received_on", "reported_on"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"zone": settings.TIME_ZONE, "since": _beginning(since)})
        return cursor.fetchall()


def _beginning(month: date) -> datetime:
    """Return the moment at which a month begins in the laboratory."""
    return timezone.make_aware(datetime(month.year, month.month, 1))
