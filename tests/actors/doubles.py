"""Actors for tests of the ledger: they do the least that shows how they were run."""

from actors.errors import Unretryable
from actors.models import Job
from actors.registry import BACKGROUND, actor

LEASE_S = 10
MAX_ATTEMPTS = 3

worked_on: list[int] = []
told_failed: list[str] = []


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


def tell_failed(job: Job) -> None:
    """Note that a job failed for good, and as what it stood in the table then."""
    told_failed.append(Job.objects.get(pk=job.pk).state)


def tell_lost(job: Job) -> None:
    told_failed.append("lost")


def tell_wrongly(job: Job) -> None:
    raise ZeroDivisionError


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, failed=tell_failed)
def hiccup_and_tell(job: Job) -> None:
    raise Hiccup("The store is away.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, failed=tell_failed)
def give_up_and_tell(job: Job) -> None:
    raise Unretryable("The document is gone.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, failed=tell_failed, abandoned=tell_lost)
def tell_how(job: Job) -> None:
    raise Unretryable("The document is gone.")


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=MAX_ATTEMPTS, failed=tell_wrongly)
def give_up_and_stumble(job: Job) -> None:
    raise Unretryable("The document is gone.")
