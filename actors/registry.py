"""The declared actors: each with its queue, its lease and its attempts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import dramatiq
from django.conf import settings

from actors.errors import UnknownActor
from actors.models import Job

INTERACTIVE = "interactive"
BACKGROUND = "background"
QUEUES = (INTERACTIVE, BACKGROUND)
# The limit is longer than any work's own time-outs, shorter than RabbitMQ's consumer time-out of 30 minutes.
TIME_LIMIT_LEASES = 3


@dataclass(frozen=True)
class Actor:
    """A verb of the background: the function of a claimed job, its limits and its hooks."""

    name: str
    queue: str
    lease_s: int
    max_attempts: int
    run: Callable[[Job], None]
    # Called once for a job that failed for good, in the transaction that fails it.
    on_failed: Callable[[Job], None] | None = None
    # Called instead where it failed because its worker was lost on the last attempt.
    on_worker_lost: Callable[[Job], None] | None = None
    # Returns ref and args of the job that must have been enqueued by now; the sweeper calls it.
    schedule: Callable[[], tuple[str, Sequence] | None] | None = None


_actors: dict[str, Actor] = {}


def actor(
    *,
    queue: str,
    lease_s: int,
    max_attempts: int,
    on_failed: Callable[[Job], None] | None = None,
    on_worker_lost: Callable[[Job], None] | None = None,
    schedule: Callable[[], tuple[str, Sequence] | None] | None = None,
) -> Callable[[Callable[[Job], None]], Actor]:
    """Declare a function of a claimed job as an actor; its name is what `enqueue` takes."""

    def declare(run: Callable[[Job], None]) -> Actor:
        from actors.running import perform  # the runner needs the ledger, which needs this registry

        name = run.__name__
        declared = Actor(name, queue, lease_s, max_attempts, run, on_failed, on_worker_lost, schedule)
        _actors[declared.name] = declared
        dramatiq.actor(
            actor_name=declared.name,
            queue_name=queue_name(queue),
            time_limit=lease_s * TIME_LIMIT_LEASES * 1000,
        )(partial(perform, declared.name))
        return declared

    return declare


def get(name: str) -> Actor:
    """Return the actor, or raise UnknownActor."""
    try:
        return _actors[name]
    except KeyError:
        raise UnknownActor(f"There is no actor named {name}; no retry helps.") from None


def actors() -> list[Actor]:
    return list(_actors.values())


def queue_name(queue: str) -> str:
    """Return the queue's name on the broker; the version changes whenever its arguments do."""
    return f"{settings.RABBITMQ_QUEUE_PREFIX}.{queue}.v1"
