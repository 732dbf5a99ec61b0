"""running.perform: what a wake-up does, also when it comes twice, late or for nothing."""

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from actors import jobs, running
from actors.models import Job
from tests.actors import doubles


def test_ten_wake_ups_work_once_and_finish(make_job):
    job = make_job()
    for _ in range(10):
        running.perform("note_down", job.pk)
    job.refresh_from_db()
    assert (doubles.worked_on, job.state) == ([job.pk], "done")


def test_a_late_wake_up_leaves_anothers_work_alone(claimed):
    job = claimed()
    running.perform("note_down", job.pk)
    assert doubles.worked_on == []


def test_a_failure_is_written_and_retried(make_job):
    job = make_job("hiccup")
    running.perform("hiccup", job.pk)
    job.refresh_from_db()
    assert (job.state, job.error_code, job.error_summary) == ("pending", "Hiccup", "The store is away.")
    for _ in range(doubles.MAX_ATTEMPTS):
        Job.objects.update(run_after=Now())
        running.perform("hiccup", job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", doubles.MAX_ATTEMPTS)


def test_what_cannot_succeed_fails_at_once(make_job):
    job = make_job("give_up")
    running.perform("give_up", job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_summary) == ("failed", 1, "The document is gone.")


def test_work_whose_lease_was_lost_writes_nothing(make_job):
    job = make_job("lose_lease")
    running.perform("lose_lease", job.pk)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("running", None)


def test_an_end_that_cannot_be_written_leaves_the_lease(make_job, monkeypatch):
    def away(job):
        raise OperationalError("gone")

    monkeypatch.setattr(jobs, "finish", away)
    monkeypatch.setattr(jobs, "retry_later", lambda *args: away(None))
    job = make_job()
    with pytest.raises(OperationalError):
        running.perform("note_down", job.pk)
    job.refresh_from_db()
    assert job.state == "running"
