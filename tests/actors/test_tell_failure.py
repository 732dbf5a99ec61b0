"""running.tell: a job that fails for good says so once, in the transaction that fails it."""

import pytest
from django.db.models.functions import Now

from actors import jobs, running
from actors.errors import LeaseLost
from actors.models import Job
from actors.sweeping import fail_exhausted
from tests.actors import doubles


def test_it_is_told_after_the_last_attempt_alone(make_job):
    job = make_job("hiccup_and_tell")
    for attempt in range(1, doubles.MAX_ATTEMPTS + 1):
        Job.objects.update(run_after=Now())
        running.perform("hiccup_and_tell", job.pk)
        assert len(doubles.told_failed) == (attempt == doubles.MAX_ATTEMPTS)
    assert doubles.told_failed == ["failed"]


def test_what_cannot_succeed_is_told_at_once(make_job):
    running.perform("give_up_and_tell", make_job("give_up_and_tell").pk)
    assert doubles.told_failed == ["failed"]


def test_a_lost_worker_is_told_by_the_sweeper_once(claimed, expire):
    for told, actor in (("failed", "give_up_and_tell"), ("lost", "tell_how")):
        doubles.told_failed.clear()
        expire(claimed(actor, ref=actor, attempts=doubles.MAX_ATTEMPTS - 1))
        assert [fail_exhausted(), fail_exhausted()] == [1, 0]
        assert doubles.told_failed == [told]


def test_its_own_failure_is_told_as_such_also_where_a_loss_is_told_otherwise(make_job):
    running.perform("tell_how", make_job("tell_how").pk)
    assert doubles.told_failed == ["failed"]


def test_who_lost_the_lease_tells_nothing(make_job, monkeypatch):
    def taken_over(job, code, summary):
        raise LeaseLost("gone")

    monkeypatch.setattr(jobs, "fail", taken_over)
    running.perform("give_up_and_tell", make_job("give_up_and_tell").pk)
    assert doubles.told_failed == []


@pytest.mark.parametrize("lost", [False, True])
def test_a_mistake_in_the_telling_keeps_no_job_from_failing(make_job, claimed, expire, lost):
    if lost:
        expire(claimed("give_up_and_stumble", attempts=doubles.MAX_ATTEMPTS - 1))
        fail_exhausted()
    else:
        running.perform("give_up_and_stumble", make_job("give_up_and_stumble").pk)
    assert Job.objects.get().state == "failed"
