"""The one door to the background: jobs are enqueued, woken, claimed and finished here.

Every time is the database's, so that a worker's wrong clock changes nothing.
"""

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import dramatiq
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Now

from actors import registry
from actors.errors import LeaseLost, NotInTransaction
from actors.faults import failpoint as failpoint  # services reach the ledger through this module alone
from actors.models import Job, JobState

log = structlog.get_logger(__name__)

# Reloading the page of a render that failed does not repeat it before this.
FAILED_COOLDOWN_S = 60
BACKOFF_MAX_S = 300

# One statement: whoever inserts first owns the reference, everybody else joins. Work that is open
# is never touched; `woken_at` is set in advance, since a wake-up nearly always succeeds.
ENQUEUE = """
INSERT INTO actors_job AS job
    (actor, ref, args, state, attempts, run_after, woken_at, error_code, error_summary,
     created_at, armed_at, requested_by_id)
SELECT %(actor)s, given.ref, given.args::jsonb, 'pending', 0,
       statement_timestamp() + make_interval(secs => %(delay_s)s),
       CASE WHEN %(delay_s)s > 0 THEN NULL ELSE statement_timestamp() END,
       '', '', statement_timestamp(), statement_timestamp(), %(requested_by_id)s
FROM unnest(%(refs)s::text[], %(args)s::text[]) AS given (ref, args)
ON CONFLICT (actor, ref) DO UPDATE SET
    args = EXCLUDED.args, state = 'pending', attempts = 0, run_after = EXCLUDED.run_after,
    woken_at = EXCLUDED.woken_at, error_code = '', error_summary = '', started_at = NULL,
    finished_at = NULL, armed_at = EXCLUDED.armed_at, requested_by_id = EXCLUDED.requested_by_id
WHERE job.state = 'done'
   OR (job.state = 'failed'
       AND job.finished_at <= statement_timestamp() - make_interval(secs => %(cooldown_s)s))
RETURNING id
"""


@dataclass
class Handle:
    """The result of `enqueue`. `woken` is None until the commit, then whether the wake-up was sent.

    It stays None for a job that is due later or that somebody else enqueued, unless that wake-up is known
    to have failed.
    """

    job_id: int
    enqueued: bool
    woken: bool | None = None


def enqueue(
    actor: str,
    ref: str,
    args: Sequence = (),
    *,
    requested_by_id: int | None = None,
    delay_s: float = 0,
    cooldown_s: float = FAILED_COOLDOWN_S,
) -> Handle:
    """Write down that this work must happen, and wake its actor once the transaction commits.

    Joins the open job of the same actor and ref, enqueues a done one again, and a failed one `cooldown_s`
    after its failure. Raises NotInTransaction outside of the transaction that causes the work, and
    UnknownActor.
    """
    limits = {"delay_s": delay_s, "cooldown_s": cooldown_s}
    job_ids = _upsert(actor, {ref: args}, limits | {"requested_by_id": requested_by_id})
    if not job_ids:
        return _joined(actor, ref)
    handle = Handle(job_ids[0], enqueued=True)
    if delay_s <= 0:
        transaction.on_commit(partial(_wake_handle, actor, handle), robust=True)
    return handle


def enqueue_many(
    actor: str,
    works: Mapping[str, Sequence],
    *,
    requested_by_id: int | None = None,
    cooldown_s: float = FAILED_COOLDOWN_S,
) -> int:
    """Do for many what `enqueue` does for one, in one statement: `works` has the arguments by ref.

    Returns how many were enqueued; the others are open already. Raises as `enqueue` does.
    """
    values = {"delay_s": 0, "cooldown_s": cooldown_s, "requested_by_id": requested_by_id}
    job_ids = _upsert(actor, works, values)
    if job_ids:
        transaction.on_commit(partial(wake, actor, job_ids), robust=True)
    return len(job_ids)


def requeue(job: Job, *, requested_by_id: int | None = None) -> Handle:
    """Enqueue a failed or done job again, as its retry button does; harmless on an open one."""
    return enqueue(job.actor, job.ref, job.args, requested_by_id=requested_by_id, cooldown_s=0)


def wake(actor: str, job_ids: Sequence[int]) -> bool:
    """Send a wake-up for each job and return whether all were sent.

    Never raises: the sweeper repeats what was not sent, because its `woken_at` is cleared here. Where
    no broker is configured the sweeper runs the jobs itself, and nothing needs to be sent.
    """
    if not settings.RABBITMQ_URL:
        return True
    for position, job_id in enumerate(job_ids):
        try:
            dramatiq.get_broker().get_actor(actor).send(job_id)
        except Exception as error:
            log.warning("wake-up failed", actor=actor, job=job_id, error=type(error).__name__)
            unsent = Job.objects.filter(pk__in=job_ids[position:], state=JobState.PENDING)
            unsent.update(woken_at=None)
            return False
    return True


def _upsert(actor: str, works: Mapping[str, Sequence], values: dict[str, Any]) -> list[int]:
    registry.get(actor)
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{actor} was enqueued outside a transaction; no retry helps.")
    # Sorted, so that two who enqueue the same jobs cannot deadlock.
    refs = sorted(works)
    rows = {"refs": refs, "args": [json.dumps(list(works[ref])) for ref in refs]}
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, values | rows | {"actor": actor})
        return [pk for (pk,) in cursor.fetchall()]


def _joined(actor: str, ref: str) -> Handle:
    job = Job.objects.annotate(is_due=Case(When(due(), then=True), default=False)).get(actor=actor, ref=ref)
    lost = job.is_due and job.state == JobState.PENDING and job.woken_at is None
    return Handle(job.pk, enqueued=False, woken=False if lost else None)


def _wake_handle(actor: str, handle: Handle) -> None:
    handle.woken = wake(actor, [handle.job_id])


def due() -> Q:
    """Return the condition for a job that somebody may claim now."""
    return Q(state=JobState.PENDING, run_after__lte=Now()) | Q(state=JobState.RUNNING, lease_until__lte=Now())


def claim(actor: str, job_id: int) -> Job | None:
    """Take the lease of a due job and return it, or None if it is not due, exhausted or another's.

    The attempt is counted before the work, so that work that kills its process is counted too.
    """
    limits = registry.get(actor)
    token = uuid.uuid4()
    claimable = Job.objects.filter(due(), pk=job_id, actor=actor, attempts__lt=limits.max_attempts)
    claimed = claimable.update(
        state=JobState.RUNNING,
        token=token,
        attempts=F("attempts") + 1,
        lease_until=Now() + timedelta(seconds=limits.lease_s),
        started_at=Now(),
    )
    return Job.objects.filter(pk=job_id, token=token).first() if claimed else None


def renew(job: Job) -> None:
    """Extend the lease by its whole length; raise LeaseLost if another worker has the job."""
    lease = timedelta(seconds=registry.get(job.actor).lease_s)
    _write(job, lease_until=Now() + lease)


def lock_and_renew(job: Job) -> None:
    """Lock the job's row until the caller's transaction ends, and renew the lease; raise LeaseLost.

    What the transaction writes is then fenced by the job's token: nobody can take the job over before it.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"Job {job.pk} was locked outside a transaction; no retry helps.")
    renew(job)


def finish(job: Job) -> None:
    """Mark the job as done; raise LeaseLost if another worker has it."""
    _write(job, **_released(JobState.DONE), error_code="", error_summary="", finished_at=Now())


def fail(job: Job, code: str, summary: str) -> None:
    """Mark the job as failed for good; raise LeaseLost if another worker has it."""
    error = {"error_code": code[:60], "error_summary": summary[:500]}
    _write(job, **_released(JobState.FAILED), **error, finished_at=Now())


def retry_later(job: Job, code: str, summary: str) -> None:
    """Put the job back for its next attempt; raise LeaseLost if another worker has it."""
    error = {"error_code": code[:60], "error_summary": summary[:500]}
    _write(job, **_released(JobState.PENDING), **error, run_after=Now() + backoff(job.attempts))


def backoff(attempts: int) -> timedelta:
    """Return the pause after so many attempts: exponential from one second, with jitter."""
    ceiling_s = min(2 ** (attempts - 1), BACKOFF_MAX_S)
    return timedelta(seconds=random.uniform(ceiling_s / 2, ceiling_s))  # noqa: S311  (not for security)


def _released(state: JobState) -> dict:
    return {"state": state, "token": None, "lease_until": None}


def _write(job: Job, **fields: Any) -> None:
    # The token fences: a worker whose lease was taken over changes nothing any more.
    if not Job.objects.filter(pk=job.pk, token=job.token).update(**fields):
        raise LeaseLost(f"Job {job.pk} was taken over by another worker, which retries it.")


def find(actor: str, job_id: int) -> Job | None:
    """Return an actor's job, or None."""
    return Job.objects.filter(pk=job_id, actor=actor).first()


def failed() -> QuerySet[Job]:
    """Return the jobs that failed for good."""
    return Job.objects.filter(state=JobState.FAILED)


def latest(actor: str, ref: str) -> Job | None:
    """Return the job of an actor and a reference, or None."""
    return Job.objects.filter(actor=actor, ref=ref).first()


def is_last_attempt(job: Job) -> bool:
    """Return whether the job fails for good if the attempt in work fails."""
    return job.attempts >= registry.get(job.actor).max_attempts


def enqueued_since(span: timedelta, actor: str, user_id: int) -> int:
    """Return how many of an actor's jobs a user had enqueued within the last `span`."""
    return Job.objects.filter(actor=actor, requested_by_id=user_id, armed_at__gt=Now() - span).count()


def pending(actor: str) -> int:
    """Return how many of an actor's jobs wait to be claimed."""
    return Job.objects.filter(actor=actor, state=JobState.PENDING).count()
