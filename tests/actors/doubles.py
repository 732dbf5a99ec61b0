"""Actors for tests of the ledger: they do the least that shows how they were run."""

from actors.errors import Unretryable
from actors.models import Job
from actors.registry import BACKGROUND, actor

LEASE_S = 10
MAX_ATTEMPTS = 3

worked_on: list[int] = []
failures: list[str] = []


class Hiccup(Exception):
    """Something that a later attempt may get over."""


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS)
def note_down(job: Job) -> None:
    worked_on.append(job.pk)


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS)
def hiccup(job: Job) -> None:
    raise Hiccup("The store is away.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS)
def give_up(job: Job) -> None:
    raise Unretryable("The document is gone.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS)
def lose_lease(job: Job) -> None:
    """As if another worker had taken the job over in the middle of the work."""
    Job.objects.filter(pk=job.pk).update(token="00000000-0000-0000-0000-000000000001")


def note_failure(job: Job) -> None:
    """Note the state that the job has in the table when the hook runs."""
    failures.append(Job.objects.get(pk=job.pk).state)


def note_loss(job: Job) -> None:
    failures.append("lost")


def stumble(job: Job) -> None:
    raise ZeroDivisionError


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, on_failed=note_failure)
def hiccup_with_hook(job: Job) -> None:
    raise Hiccup("The store is away.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, on_failed=note_failure)
def give_up_with_hook(job: Job) -> None:
    raise Unretryable("The document is gone.")


@actor(
    queue=BACKGROUND,
    lease_s=LEASE_S,
    max_attempts=MAX_ATTEMPTS,
    on_failed=note_failure,
    on_worker_lost=note_loss,
)
def give_up_with_both_hooks(job: Job) -> None:
    raise Unretryable("The document is gone.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, on_failed=stumble)
def give_up_with_broken_hook(job: Job) -> None:
    raise Unretryable("The document is gone.")
