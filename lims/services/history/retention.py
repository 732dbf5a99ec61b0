"""The history ages out in whole months of the laboratory's calendar, and what went is written down.

Nothing else removes or rewrites what triggers wrote. Of each thing the last state before what is kept stays,
as known: the next change is compared with it, and nobody is named in it any more.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import jobs
from lims.documents.reports.document import KIND as REPORT
from lims.errors import Incomplete
from lims.models import AgedHistory, DocumentAccess, User
from lims.models.history import LEFT_OUT, changes_of

ACTOR = "age_history"
LEAST_MONTHS, MOST_MONTHS = 12, 1_200
# Rows are looked at by so many keys at a time, each time in a transaction of its own.
ROWS = 5_000
# A job passes on to another of its kind after so long, as lanes of operations do.
SLICE_S = 20.0

# All of a removed thing goes: no later change is compared with it. Of others a state goes that is followed by
# another old one; not the newest old one, since triggers of concurrent transactions may write times
# out of order.
OF_CHANGES = """
    old.pgh_label = 'delete' OR coalesce((
        SELECT later.pgh_created_at < asked.before FROM {table} AS later
        WHERE later.pgh_obj_id = old.pgh_obj_id AND later.pgh_id > old.pgh_id ORDER BY later.pgh_id LIMIT 1
    ), false)
"""
REDUCE = """
    UPDATE {table} AS kept SET pgh_label = 'known', pgh_context = NULL FROM old
    WHERE kept.pgh_id = old.key AND old.is_reducible AND NOT old.is_expired RETURNING old.month
"""
# Accesses to reports stay: who opened one is notified of its amendment and withdrawal, however late.
OF_ACCESSES = f"old.kind <> '{REPORT}'"
OLD = """
asked AS (
    SELECT %s::bigint AS after, %s::bigint AS until, %s::timestamptz AS before, %s::text AS zone
),
old AS MATERIALIZED (
    SELECT old.{key} AS key, date_trunc('month', old.{at} AT TIME ZONE asked.zone)::date AS month,
        {is_expired} AS is_expired, {is_reducible} AS is_reducible
    FROM {table} AS old, asked
    WHERE old.{key} > asked.after AND old.{key} <= asked.until AND old.{at} < asked.before
)
"""
COUNT = """
WITH {old}
SELECT month, count(*) FILTER (WHERE is_expired), count(*) FILTER (WHERE is_reducible AND NOT is_expired)
FROM old WHERE is_expired OR is_reducible GROUP BY month ORDER BY month
"""
AGE = """
WITH {old},
removed AS (DELETE FROM {table} AS gone USING old WHERE gone.{key} = old.key AND is_expired RETURNING month),
reduced AS ({reduce}),
counted AS (
    SELECT month, count(*) FILTER (WHERE is_gone) AS removed, count(*) FILTER (WHERE NOT is_gone) AS reduced
    FROM (SELECT month, true AS is_gone FROM removed UNION ALL SELECT month, false FROM reduced) AS each
    GROUP BY month
)
INSERT INTO {aged} (kind, month, removed, reduced, kept_months, by_id, at)
SELECT %s, month, removed, reduced, %s, %s, statement_timestamp() FROM counted ORDER BY month
RETURNING month, removed, reduced
"""
SPAN = "SELECT min({key}) - 1, max({key}) FROM {table} WHERE {at} < %s"
# One at a time, so that each row is counted once; held for one batch, and in the way of nobody else.
LOCK = "LOCK TABLE {aged} IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True)
class Aged:
    """So much of a month of a history went, or would go."""

    kind: str
    month: date
    removed: int
    reduced: int


@dataclass(frozen=True)
class Batch:
    """What one transaction did, and where the next one goes on: in which history, after which key."""

    aged: list[Aged]
    history: int
    after: int


@dataclass(frozen=True)
class History:
    """A table that ages: of which kind of thing, and how its old rows are found."""

    kind: str
    model: type[models.Model]
    names: dict[str, str]

    def sql(self, statement: str) -> str:
        """Return a statement about this table."""
        old = OLD.format(**self.names | {"is_expired": self.names["is_expired"].format(**self.names)})
        reduce = self.names["reduce"].format(**self.names)
        return statement.format(**self.names | {"old": old, "reduce": reduce})

    def unprotected(self) -> AbstractContextManager[None]:
        """Let this thread, and nobody else, change its rows."""
        return pgtrigger.ignore(f"{self.model._meta.label}:append_only")


def policy(months: int | None = None) -> int | None:
    """Return how many months of the history are kept besides the present one: the given, else the setting's.

    None means for ever. Raises Incomplete for fewer than the least.
    """
    wanted = settings.HISTORY_MONTHS if months is None else months
    if wanted is not None and not LEAST_MONTHS <= wanted <= MOST_MONTHS:
        message = _("The history is kept for at least %(least)s months and at most %(most)s.")
        raise Incomplete(message % {"least": LEAST_MONTHS, "most": MOST_MONTHS})
    return wanted


def first_kept(months: int) -> date:
    """Return the first day of the oldest month that is kept, in the laboratory's calendar."""
    today = timezone.localdate()
    count = today.year * 12 + today.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def foresee(months: int) -> list[Aged]:
    """Return what retention would take by history and month; changes nothing. Raises as `policy` does."""
    before = _before(months)
    with connection.cursor() as cursor:
        return [
            aged
            for history in histories()
            if (span := _span(cursor, history, before))
            for aged in _fetch_aged(cursor, history, COUNT, [*span, before, settings.TIME_ZONE])
        ]


def age(months: int, by: User | None = None, history: int = 0, after: int = 0) -> Iterator[Batch]:
    """Let what is older than so many months go, and yield each batch once it is committed.

    A batch and what is written down of it are one transaction: whoever is stopped anywhere and begins again,
    at the place that a batch names or anew, leaves out nothing and counts nothing twice. By nobody means by
    the program itself. Raises as `policy` does.
    """
    before = _before(months)
    for place, each in enumerate(histories()[history:], start=history):
        for first, until in _batches(each, after, before):
            yield Batch(_age(each, months, by, [first, until, before, settings.TIME_ZONE]), place, until)
        after = 0


def schedule() -> tuple[str, tuple[int, int, int]] | None:
    """Return the reference and arguments of the job that this month asks for; None without a policy."""
    months = settings.HISTORY_MONTHS
    return (_ref(months, 0), (months, 0, 0)) if months else None


def run(job: jobs.Job) -> None:
    """Let the history age for a while, then pass the rest on; safe twice and killed. Raises LeaseLost."""
    months, history, after = job.args
    until_s = time.monotonic() + SLICE_S
    for batch in age(months, job.requested_by, history, after):
        jobs.renew(job)
        if time.monotonic() >= until_s:
            part = int(job.ref.rpartition("/")[2]) + 1
            with transaction.atomic():
                jobs.lock_and_renew(job)
                args = (months, batch.history, batch.after)
                jobs.enqueue(ACTOR, _ref(months, part), args, requested_by_id=job.requested_by_id)
            return


def histories() -> list[History]:
    """Return every table that ages, in a fixed order."""
    changes = [_of_changes(model) for model in LEFT_OUT]
    accesses = {"key": "id", "at": "at", "is_expired": OF_ACCESSES, "is_reducible": "false"}
    nothing = {"reduce": "SELECT month FROM old WHERE false"}
    return [*changes, _history(DocumentAccess, DocumentAccess, accesses | nothing)]


def _of_changes(model: type[models.Model]) -> History:
    rules = {"is_expired": OF_CHANGES, "is_reducible": "old.pgh_label <> 'known'", "reduce": REDUCE}
    return _history(model, changes_of(model), {"key": "pgh_id", "at": "pgh_created_at"} | rules)


def _history(of: type[models.Model], kept: type[models.Model], names: dict[str, str]) -> History:
    tables = {"table": kept._meta.db_table, "aged": AgedHistory._meta.db_table}
    return History(str(of._meta.model_name), kept, tables | names)


def _age(history: History, months: int, by: User | None, asked: list[Any]) -> list[Aged]:
    # The inner transaction, so that after an error the protection can be put back within the outer one.
    with transaction.atomic(), history.unprotected(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK.format(**history.names))
        return _fetch_aged(cursor, history, AGE, [*asked, history.kind, months, by.pk if by else None])


def _fetch_aged(cursor: Any, history: History, statement: str, values: list[Any]) -> list[Aged]:
    # By position, since whatever lifts the protection puts a value of its own before them.
    cursor.execute(history.sql(statement), values)
    return [Aged(history.kind, *row) for row in cursor.fetchall()]


def _batches(history: History, after: int, before: datetime) -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        span = _span(cursor, history, before)
    if span:
        for first in range(max(span[0], after), span[1], ROWS):
            yield first, min(first + ROWS, span[1])


def _span(cursor: Any, history: History, before: datetime) -> tuple[int, int] | None:
    """Return the keys after and up to which old rows are found; None without any."""
    cursor.execute(SPAN.format(**history.names), [before])
    after, until = cursor.fetchone()
    return None if until is None else (after, until)


def _ref(months: int, part: int) -> str:
    return f"{first_kept(months):%Y-%m}/{months}/{part}"


def _before(months: int) -> datetime:
    policy(months)
    return timezone.make_aware(datetime.combine(first_kept(months), datetime.min.time()))
