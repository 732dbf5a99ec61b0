"""sweeping: what is due or was lost is woken, what is exhausted fails, and nothing piles up."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from actors import jobs, sweeping
from actors.models import Job
from tests.actors import doubles


@pytest.fixture
def woken(monkeypatch):
    """The ids that were woken, in order."""
    ids: list[int] = []
    monkeypatch.setattr(sweeping, "wake", lambda actor, job_ids: ids.extend(job_ids) or True)
    return ids


def ago(seconds: float):
    return Now() - timedelta(seconds=seconds)


def test_never_woken_job_is_woken_once(make_job, woken):
    job = make_job()
    assert sweeping.sweep() == 1
    assert sweeping.sweep() == 0
    assert woken == [job.pk]


def test_job_that_is_not_due_is_left_alone(make_job, woken):
    make_job(run_after=Now() + timedelta(seconds=60))
    assert sweeping.sweep() == 0


def test_job_woken_before_it_became_due_is_woken_again(make_job, woken):
    make_job(run_after=ago(1), woken_at=ago(5))
    assert sweeping.sweep() == 1


def test_wake_up_that_had_no_effect_is_repeated_after_a_while(make_job, woken):
    make_job(run_after=ago(100), woken_at=ago(sweeping.REWAKE_S + 1))
    assert sweeping.sweep() == 1


def test_job_of_a_lost_worker_is_woken_when_its_lease_ends(claimed, expire, woken):
    job = claimed()
    Job.objects.update(woken_at=ago(9))
    assert sweeping.sweep() == 0
    expire(job)
    assert sweeping.sweep() == 1
    assert woken == [job.pk]


def test_job_whose_worker_died_on_the_last_attempt_fails_with_a_reason(claimed, expire, woken):
    job = claimed(attempts=doubles.MAX_ATTEMPTS - 1)
    expire(job)
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code, job.token) == ("failed", "WorkerLost", None)
    assert woken == []


def test_job_of_an_actor_that_is_gone_fails_with_a_reason(make_job, woken):
    job = make_job("retired_actor")
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "UnknownActor")


def test_finished_jobs_are_left_alone(claimed, woken):
    jobs.finish(claimed())
    assert sweeping.sweep() == 0


def test_failed_wake_up_is_tried_again_by_the_next_sweep(make_job, monkeypatch):
    job = make_job()
    monkeypatch.setattr(jobs, "dramatiq", None)  # whatever goes wrong while sending
    assert sweeping.sweep() == 0
    job.refresh_from_db()
    assert (job.state, job.woken_at) == ("pending", None)


def test_without_a_broker_the_sweeper_runs_what_is_due(make_job):
    job, later = make_job(), make_job(ref="later", run_after=Now() + timedelta(seconds=60))
    assert sweeping.run_due("background") == 1
    assert doubles.worked_on == [job.pk]
    assert sweeping.run_due("interactive") == 0
    later.refresh_from_db()
    assert later.state == "pending"


def test_work_done_long_ago_is_forgotten_and_failed_work_is_not(claimed, make_job):
    old, failed, recent = claimed(), claimed(ref="failed"), claimed(ref="recent")
    jobs.finish(old)
    jobs.fail(failed, "x", "y")
    Job.objects.update(finished_at=ago((sweeping.DONE_KEPT_DAYS + 1) * 86_400))
    jobs.finish(recent)
    waiting = make_job(ref="waiting")
    assert sweeping.forget_done() == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {failed.pk, recent.pk, waiting.pk}
