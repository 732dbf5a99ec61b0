"""The sweeper: wakes due and lost jobs, fails exhausted ones. Several at once are harmless."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from actors import registry
from actors.jobs import claim, due, enqueue, latest, wake
from actors.models import Job, JobState
from actors.running import call_failure_hook, run_claimed

BATCH = 500
# A job whose message was lost, or acked while another held the lease, is woken again after so long.
REWAKE_S = 30
# Done jobs are deleted after so long; failed ones stay until somebody has seen to them.
DONE_KEPT_DAYS = 90


def sweep() -> int:
    """Fail exhausted jobs, wake one batch of due ones, and return how many wake-ups were sent."""
    fail_exhausted()
    woken = 0
    for actor, job_ids in _take_due().items():
        woken += len(job_ids) if wake(actor, job_ids) else 0
    return woken


def run_due(queue: str, limit: int = 50) -> int:
    """Run due jobs of a queue in this process, oldest first, and return how many were claimed.

    For a laboratory without RabbitMQ: the same claim, so correctness is the same.
    """
    names = [actor.name for actor in registry.actors() if actor.queue == queue]
    jobs = Job.objects.filter(due(), actor__in=names).order_by("run_after", "pk")
    ran = 0
    for actor, job_id in jobs.values_list("actor", "pk")[:limit]:
        if job := claim(actor, job_id):
            run_claimed(job)
            ran += 1
    return ran


def fail_exhausted() -> int:
    """Fail jobs whose worker was lost on their last attempt, or whose actor is gone; return how many."""
    names = [actor.name for actor in registry.actors()]
    exhausted = Q(actor__in=[])
    for actor in registry.actors():
        exhausted |= Q(actor=actor.name, attempts__gte=actor.max_attempts)
    lost = _fail(exhausted, "WorkerLost", "The worker stopped before it could finish, each time.")
    return lost + _fail(~Q(actor__in=names), "UnknownActor", "No actor of this name exists any more.")


def _fail(which: Q, code: str, summary: str) -> int:
    with transaction.atomic():
        found = Job.objects.filter(due(), which).order_by("pk").select_for_update(skip_locked=True)
        jobs = list(found[:BATCH])
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
            state=JobState.FAILED,
            token=None,
            lease_until=None,
            finished_at=Now(),
            error_code=code,
            error_summary=summary,
        )
        for job in jobs:
            call_failure_hook(job, worker_lost=True)
    return len(jobs)


def enqueue_scheduled() -> int:
    """Enqueue the scheduled jobs that do not exist yet, and return how many.

    Those that are done or failed stay as they are: a reference names its month, and the next has another.
    """
    count = 0
    for actor in registry.actors():
        scheduled = actor.schedule() if actor.schedule else None
        if scheduled and latest(actor.name, scheduled[0]) is None:
            with transaction.atomic():
                count += enqueue(actor.name, *scheduled).enqueued
    return count


def forget_done() -> int:
    """Delete one batch of jobs that were done long ago, and return how many."""
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=Now() - timedelta(days=DONE_KEPT_DAYS))
    return Job.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()[0]


def _take_due() -> dict[str, list[int]]:
    """Mark a batch of due jobs as woken and return their ids by actor."""
    due_at = Case(When(state=JobState.RUNNING, then=F("lease_until")), default=F("run_after"))
    unwoken = Q(woken_at=None) | Q(woken_at__lt=due_at) | Q(woken_at__lt=Now() - timedelta(seconds=REWAKE_S))
    by_actor: dict[str, list[int]] = defaultdict(list)
    with transaction.atomic():
        jobs = Job.objects.filter(due(), unwoken).order_by("run_after").select_for_update(skip_locked=True)
        for actor, job_id in jobs.values_list("actor", "pk")[:BATCH]:
            by_actor[actor].append(job_id)
        Job.objects.filter(pk__in=[pk for ids in by_actor.values() for pk in ids]).update(woken_at=Now())
    return by_actor
