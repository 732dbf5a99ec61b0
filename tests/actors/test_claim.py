"""jobs.claim: one worker at a time, only what is due, and each attempt counted before the work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from actors import jobs
from actors.models import Job
from tests.actors import doubles


def test_claim_counts_the_attempt_and_leases_by_the_databases_clock(make_job):
    job = jobs.claim("note_down", make_job().pk)
    assert (job.state, job.attempts) == ("running", 1)
    assert job.token is not None
    lease = Job.objects.filter(
        pk=job.pk, lease_until__gt=Now(), lease_until__lte=Now() + timedelta(seconds=doubles.LEASE_S)
    )
    assert lease.exists()


def test_an_expired_lease_is_taken_over_with_a_new_token(claimed, expire):
    first = claimed()
    expire(first)
    second = jobs.claim("note_down", first.pk)
    assert second.attempts == 2
    assert second.token != first.token


@pytest.mark.parametrize("end", [jobs.finish, lambda job: jobs.fail(job, "x", "y")])
def test_a_finished_job_is_not_claimed(claimed, end):
    job = claimed()
    end(job)
    assert jobs.claim("note_down", job.pk) is None


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ("note_down", {"run_after": Now() + timedelta(seconds=60)}),
        ("note_down", {"attempts": doubles.MAX_ATTEMPTS}),
        ("hiccup", {}),
    ],
    ids=["not due", "exhausted", "another actor's"],
)
def test_a_job_that_is_not_to_be_done_is_not_claimed(make_job, asked, fields):
    job = make_job("note_down", **fields)
    assert jobs.claim(asked, job.pk) is None
    assert jobs.claim(asked, job.pk + 1) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_job(make_job):
    job = make_job()

    def claim(_):
        try:
            return jobs.claim("note_down", job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        winners = [won for won in pool.map(claim, range(24)) if won]
    assert len(winners) == 1
    job.refresh_from_db()
    assert (job.attempts, job.token) == (1, winners[0].token)
