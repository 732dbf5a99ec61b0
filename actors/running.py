"""Runs one job: claim, run, and write the state in which it ended."""

import structlog
from django.db import transaction
from dramatiq.middleware import TimeLimitExceeded

from actors import jobs, registry
from actors.acting import acting
from actors.errors import LeaseLost, Unretryable
from actors.models import Job

log = structlog.get_logger(__name__)


def perform(actor: str, job_id: int) -> None:
    """Run a woken job if it is due and nobody has it; a wake-up that comes twice or late does nothing."""
    job = jobs.claim(actor, job_id)
    if job:
        run_claimed(job)


def run_claimed(job: Job) -> None:
    """Run a claimed job and write how it ended. Raises only what the database raises.

    A job whose end could not be written stays leased, and the sweeper wakes it when the lease ends.
    """
    try:
        with acting(job.requested_by_id):
            registry.get(job.actor).run(job)
        jobs.finish(job)
    except LeaseLost:
        log.warning("lease lost", job=job.pk, actor=job.actor)
    except (Exception, TimeLimitExceeded) as error:
        _give_back(job, error)


def call_failure_hook(job: Job, *, worker_lost: bool) -> None:
    """Let the actor write down what its failed job leaves undone, in the transaction that fails it.

    So nothing stays "pending" for ever, and nobody is notified twice.
    """
    actor = next((actor for actor in registry.actors() if actor.name == job.actor), None)
    hook = actor and ((worker_lost and actor.on_worker_lost) or actor.on_failed)
    if not hook:
        return
    try:
        with transaction.atomic():
            hook(job)
    except Exception as error:
        # One actor's mistake must not keep its job, or every other exhausted one, from failing.
        log.error("failure hook failed", job=job.pk, actor=job.actor, exc_info=error)


def _give_back(job: Job, error: BaseException) -> None:
    code, summary = _code(error), str(error) or _code(error)
    log.warning("job failed", job=job.pk, actor=job.actor, attempt=job.attempts, exc_info=error)
    try:
        with transaction.atomic():
            if isinstance(error, Unretryable) or jobs.is_last_attempt(job):
                jobs.fail(job, code, summary)
                call_failure_hook(job, worker_lost=False)
            else:
                jobs.retry_later(job, code, summary)
    except LeaseLost:
        log.warning("lease lost", job=job.pk, actor=job.actor)


def _code(error: BaseException) -> str:
    # An Unretryable hides the error that it was raised from, which is the reason.
    cause = error.__cause__ if isinstance(error, Unretryable) else None
    return type(cause or error).__name__
