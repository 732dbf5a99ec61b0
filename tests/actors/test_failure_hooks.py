"""on_failed, on_worker_lost: called once, in the transaction that fails the job for good."""

import pytest
from django.db.models.functions import Now

from actors import jobs, running
from actors.errors import LeaseLost
from actors.models import Job
from actors.sweeping import fail_exhausted
from tests.actors import doubles


def test_hook_runs_after_the_last_attempt_alone(make_job):
    job = make_job("hiccup_with_hook")
    for attempt in range(1, doubles.MAX_ATTEMPTS + 1):
        Job.objects.update(run_after=Now())
        running.perform("hiccup_with_hook", job.pk)
        assert len(doubles.failures) == (attempt == doubles.MAX_ATTEMPTS)
    assert doubles.failures == ["failed"]


@pytest.mark.parametrize("actor", ["give_up_with_hook", "give_up_with_both_hooks"])
def test_unretryable_error_calls_on_failed_at_once(make_job, actor):
    running.perform(actor, make_job(actor).pk)
    assert doubles.failures == ["failed"]


@pytest.mark.parametrize(
    ("actor", "noted"), [("give_up_with_hook", "failed"), ("give_up_with_both_hooks", "lost")]
)
def test_lost_worker_calls_one_hook_once(claimed, expire, actor, noted):
    expire(claimed(actor, attempts=doubles.MAX_ATTEMPTS - 1))
    assert [fail_exhausted(), fail_exhausted()] == [1, 0]
    assert doubles.failures == [noted]


def test_lost_lease_calls_no_hook(make_job, monkeypatch):
    def taken_over(job, code, summary):
        raise LeaseLost("gone")

    monkeypatch.setattr(jobs, "fail", taken_over)
    running.perform("give_up_with_hook", make_job("give_up_with_hook").pk)
    assert doubles.failures == []


@pytest.mark.parametrize("lost", [False, True])
def test_broken_hook_keeps_no_job_from_failing(make_job, claimed, expire, lost):
    if lost:
        expire(claimed("give_up_with_broken_hook", attempts=doubles.MAX_ATTEMPTS - 1))
        fail_exhausted()
    else:
        running.perform("give_up_with_broken_hook", make_job("give_up_with_broken_hook").pk)
    assert Job.objects.get().state == "failed"
