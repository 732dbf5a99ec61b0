"""Jobs in the states that tests need, and a worker of real threads on the real broker."""

from datetime import timedelta

import dramatiq
import pytest
from django.db.models.functions import Now
from dramatiq.worker import Worker

from actors import jobs, registry
from actors.models import Job
from tests.actors import doubles


@pytest.fixture(autouse=True)
def _fresh_doubles():
    doubles.worked_on.clear()
    doubles.failures.clear()


@pytest.fixture
def make_job(db):
    """Return a function that makes a job that is due, with these fields changed."""

    def make(actor: str = "note_down", ref: str = "r", **fields) -> Job:
        values = {"run_after": Now() - timedelta(seconds=1), "armed_at": Now()} | fields
        job = Job.objects.create(actor=actor, ref=ref, **values)
        job.refresh_from_db()
        return job

    return make


@pytest.fixture
def claimed(make_job):
    """Return a function that makes a job and claims it."""

    def claim(actor: str = "note_down", **fields) -> Job:
        job = jobs.claim(actor, make_job(actor, **fields).pk)
        assert job is not None
        return job

    return claim


@pytest.fixture
def expire():
    """Return a function that lets a job's lease end."""

    def end(job: Job) -> None:
        Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))

    return end


@pytest.fixture
def worker(transactional_db):
    """Worker threads in this process, on the real broker, for the background queue."""
    broker = dramatiq.get_broker()
    queues = {registry.queue_name(registry.BACKGROUND)}
    running = Worker(broker, queues=queues, worker_timeout=50, worker_threads=2)
    running.start()
    yield running
    running.stop(timeout=5_000)
    broker.middleware[:] = [m for m in broker.middleware if type(m).__name__ != "_WorkerMiddleware"]
