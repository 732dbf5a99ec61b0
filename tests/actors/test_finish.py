"""finish, fail, retry_later, renew: how a claimed job ends, and that only its holder may say so."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from actors import jobs
from actors.errors import LeaseLost
from actors.models import Job
from tests.actors import doubles

WRITES = {
    "finish": jobs.finish,
    "fail": lambda job: jobs.fail(job, "x", "y"),
    "retry_later": lambda job: jobs.retry_later(job, "x", "y"),
    "renew": jobs.renew,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_who_lost_the_lease_changes_nothing(claimed, expire, write):
    loser = claimed()
    expire(loser)
    holder = jobs.claim("note_down", loser.pk)
    before = Job.objects.values().get(pk=loser.pk)
    with pytest.raises(LeaseLost):
        write(loser)
    assert Job.objects.values().get(pk=loser.pk) == before
    jobs.finish(holder)
    assert Job.objects.get(pk=loser.pk).state == "done"


def test_finished_job_is_done_and_free(claimed):
    job = claimed()
    jobs.finish(job)
    job.refresh_from_db()
    assert (job.state, job.token, job.lease_until, job.error_code) == ("done", None, None, "")
    assert job.finished_at is not None


def test_failed_job_says_why(claimed):
    job = claimed()
    jobs.fail(job, "StoreError", "The store is away. " * 100)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "StoreError")
    assert job.error_summary.startswith("The store is away.")


def test_retried_job_waits_and_then_is_due_again(claimed):
    job = claimed()
    jobs.retry_later(job, "Hiccup", "away")
    assert not Job.objects.filter(jobs.due(), pk=job.pk).exists()
    Job.objects.update(run_after=Now())
    assert jobs.claim("note_down", job.pk).attempts == 2


def test_renewing_extends_the_lease(claimed):
    job = claimed()
    soon = Now() + timedelta(seconds=1)
    Job.objects.update(lease_until=soon)
    jobs.renew(job)
    assert Job.objects.filter(
        pk=job.pk, lease_until__gt=Now() + timedelta(seconds=doubles.LEASE_S - 2)
    ).exists()


def test_pauses_begin_short_grow_and_stay_below_five_minutes():
    assert jobs.backoff(1) <= timedelta(seconds=1)
    assert all(jobs.backoff(attempts) < jobs.backoff(attempts + 2) for attempts in range(1, 7))
    assert timedelta(minutes=2) < jobs.backoff(30) <= timedelta(minutes=5)
