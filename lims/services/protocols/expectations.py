"""When samples are expected to be ready, as the laboratory's own history of their kind has it."""

from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from lims.models import Holiday, Protocol, ProtocolHistory, ProtocolStatus
from lims.models.protocols import ProtocolKind
from lims.services.kit.working_days import add_working_days, between_sql

# So many of the latest samples tell how long one takes; fewer than the least tell nothing yet.
LATEST, LEAST = 200, 20
# Among so many of all kinds: of a rare one the whole history would be read.
SEARCHED = 3_000
# In working days: half are ready by the first, four of five by the second.
DEFAULTS = {ProtocolKind.HISTOPATHOLOGY: (5, 8), ProtocolKind.CYTOLOGY: (2, 3)}

# A sample that went back to the bench counts as it was ready for the first time.
HISTORY = """
SELECT
    count(*),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
    percentile_disc(0.8) WITHIN GROUP (ORDER BY days),
    (SELECT coalesce(array_agg(holiday."on"), ARRAY[]::date[])
     FROM {holiday} AS holiday WHERE holiday."on" >= %(received_on)s)
FROM (
    SELECT {days} AS days
    FROM (
        SELECT (protocol.received_at AT TIME ZONE %(zone)s)::date AS received_on,
               (ready.at AT TIME ZONE %(zone)s)::date AS ready_on
        FROM (
            SELECT id, protocol_id, at FROM {history} WHERE after = %(ready)s AND before <> %(ready)s
            ORDER BY id DESC LIMIT %(searched)s
        ) AS ready
        JOIN {protocol} AS protocol ON protocol.id = ready.protocol_id
        WHERE protocol.kind = %(kind)s AND protocol.received_at IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM {history} AS earlier
              WHERE earlier.protocol_id = ready.protocol_id AND earlier.after = %(ready)s
                AND earlier.id < ready.id
          )
        ORDER BY ready.id DESC
        LIMIT %(latest)s
    ) AS latest
) AS took
"""


class Expected(NamedTuple):
    """The days by which half of such samples, and four of five of them, are ready."""

    on: date
    by: date


def expected(kind: str, received_on: date) -> Expected:
    """Return when a sample of a kind that is received on a day is expected to be ready; one statement."""
    values: dict[str, Any] = {
        "kind": kind,
        "received_on": received_on,
        "ready": ProtocolStatus.READY,
        "zone": settings.TIME_ZONE,
        "latest": LATEST,
        "searched": SEARCHED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), values)
        count, half, most, holidays = cursor.fetchone()
    if count < LEAST:
        half, most = DEFAULTS[ProtocolKind(kind)]
    free = set(holidays)
    return Expected(add_working_days(received_on, half, free), add_working_days(received_on, most, free))


def _statement() -> str:
    return HISTORY.format(
        days=between_sql("received_on", "ready_on"),
        holiday=Holiday._meta.db_table,
        history=ProtocolHistory._meta.db_table,
        protocol=Protocol._meta.db_table,
    )
