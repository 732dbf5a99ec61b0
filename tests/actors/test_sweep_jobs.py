"""The sweeper's command: once, for ever, with and without a broker."""

import signal
import threading
from functools import partial

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from actors.management.commands import sweep_jobs
from actors.models import Job
from tests.actors import doubles
from tests.processes import Program, wait_until


def test_once_with_run_does_all_that_is_due_also_more_than_a_batch(make_job, monkeypatch):
    monkeypatch.setattr(sweep_jobs, "run_due", partial(sweep_jobs.run_due, limit=2))
    made = [make_job(ref=f"r{number}").pk for number in range(5)]
    call_command("sweep_jobs", "--once", "--run")
    assert doubles.worked_on == made


def test_once_without_run_only_wakes(make_job, monkeypatch):
    woken = []
    monkeypatch.setattr("actors.sweeping.wake", lambda actor, ids: woken.extend(ids) or True)
    job = make_job()
    call_command("sweep_jobs", "--once")
    assert (woken, doubles.worked_on) == ([job.pk], [])


@pytest.mark.django_db
def test_a_round_that_fails_is_repeated():
    stopping, seen = threading.Event(), []

    def work() -> int:
        seen.append(len(seen))
        if len(seen) == 3:
            stopping.set()
        raise ConnectionError

    sweep_jobs.repeat(sweep_jobs.Round(work, 0.001), stopping)
    assert seen == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_process_runs_jobs_and_ends_when_told():
    sweeper = Program("manage.py", "sweep_jobs", "--run")
    try:
        job = Job.objects.create(
            actor="warm_pdf", ref="r", args=["work-order", 0], run_after=Now(), armed_at=Now()
        )
        wait_until(lambda: Job.objects.get(pk=job.pk).state == "failed", "the job has run")
        assert Job.objects.get(pk=job.pk).error_code == "DocumentGone"
        sweeper.process.send_signal(signal.SIGTERM)
        assert sweeper.process.wait(20) == 0
    finally:
        sweeper.stop()
