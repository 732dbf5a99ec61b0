"""Runs jobs in the test's own process, by the same claim and the same bookkeeping as a worker."""

from django.db.models.functions import Now

from actors import running
from actors.models import Job, JobState


def run_jobs(actor: str) -> list[Job]:
    """Run every open job of an actor once, also those that are due later, and return them as they ended."""
    waiting = Job.objects.filter(actor=actor, state=JobState.PENDING).order_by("pk")
    pks = list(waiting.values_list("pk", flat=True))
    waiting.update(run_after=Now())
    for pk in pks:
        running.perform(actor, pk)
    return list(Job.objects.filter(pk__in=pks).order_by("pk"))
