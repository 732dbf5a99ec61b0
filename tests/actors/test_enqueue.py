"""jobs.enqueue: the one door, within the transaction that causes the work."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from actors import jobs
from actors.errors import NotInTransaction, UnknownActor
from actors.models import Job, JobState
from tests.actors import doubles  # noqa: F401  (declares the actors)


def row_of(handle: jobs.Handle) -> Job:
    return Job.objects.get(pk=handle.job_id)


@pytest.fixture(params=["one", "many"])
def enqueue(request):
    """Either door: both enqueue a job of an actor."""
    if request.param == "one":
        return lambda actor: jobs.enqueue(actor, "r")
    return lambda actor: jobs.enqueue_many(actor, {"r": ()})


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused(enqueue):
    with pytest.raises(NotInTransaction):
        enqueue("note_down")
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_unknown_actor_is_refused(enqueue):
    with pytest.raises(UnknownActor):
        enqueue("nobody")


@pytest.mark.django_db(transaction=True)
def test_rolled_back_cause_leaves_no_job_and_no_wake_up(enqueue, monkeypatch):
    woken = []
    monkeypatch.setattr(jobs, "wake", lambda actor, ids: woken.append(ids))
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("note_down")
        raise RuntimeError
    assert not Job.objects.exists()
    assert woken == []


@pytest.mark.django_db(transaction=True)
def test_wake_up_is_sent_only_after_the_commit(monkeypatch):
    seen = []
    monkeypatch.setattr(jobs, "wake", lambda actor, ids: seen.append(connection.in_atomic_block) or True)
    with transaction.atomic():
        handle = jobs.enqueue("note_down", "r", ["x"])
        assert (seen, handle.woken) == ([], None)
    assert (seen, handle.woken) == ([False], True)
    assert row_of(handle).args == ["x"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [JobState.PENDING, JobState.RUNNING])
def test_open_job_is_joined_untouched(claimed, make_job, state):
    job = claimed() if state == JobState.RUNNING else make_job(attempts=2)
    handle = jobs.enqueue("note_down", job.ref, ["other"])
    assert (handle.job_id, handle.enqueued) == (job.pk, False)
    again = row_of(handle)
    assert (again.args, again.attempts, again.state, again.token) == ([], job.attempts, state, job.token)


@pytest.mark.django_db
def test_done_job_is_enqueued_again(claimed):
    job = claimed()
    jobs.finish(job)
    handle = jobs.enqueue("note_down", job.ref, ["new"])
    again = row_of(handle)
    assert (handle.job_id, handle.enqueued) == (job.pk, True)
    assert (again.state, again.attempts, again.args, again.finished_at) == ("pending", 0, ["new"], None)


@pytest.mark.django_db
def test_failed_job_cools_down_before_it_is_enqueued_again(claimed):
    job = claimed()
    jobs.fail(job, "Hiccup", "away")
    assert jobs.enqueue("note_down", job.ref).enqueued is False
    assert row_of(jobs.Handle(job.pk, False)).error_code == "Hiccup"
    Job.objects.update(finished_at=Now() - timedelta(seconds=jobs.FAILED_COOLDOWN_S + 1))
    assert jobs.enqueue("note_down", job.ref).enqueued is True
    assert row_of(jobs.Handle(job.pk, True)).error_code == ""


@pytest.mark.django_db
def test_requeue_enqueues_a_failed_job_at_once(claimed):
    job = claimed()
    jobs.fail(job, "Hiccup", "away")
    assert jobs.requeue(job).enqueued is True


@pytest.mark.django_db
def test_delayed_job_is_due_later_and_not_woken_now(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        handle = jobs.enqueue("note_down", "r", delay_s=60)
    assert callbacks == []
    assert not Job.objects.filter(jobs.due(), pk=handle.job_id).exists()
    assert row_of(handle).woken_at is None


@pytest.mark.django_db(transaction=True)
def test_concurrent_askers_share_one_job():
    def ask(_):
        try:
            with transaction.atomic():
                return jobs.enqueue("note_down", "same", delay_s=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        handles = list(pool.map(ask, range(24)))
    assert Job.objects.count() == 1
    assert sum(handle.enqueued for handle in handles) == 1
    assert len({handle.job_id for handle in handles}) == 1


@pytest.mark.django_db
def test_enqueuing_a_new_job_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        jobs.enqueue("note_down", "r")


@pytest.mark.django_db
def test_handle_of_a_joined_job_says_that_its_wake_up_failed(make_job, claimed):
    assert jobs.enqueue("note_down", make_job(ref="unwoken").ref).woken is False
    assert jobs.enqueue("note_down", make_job(ref="woken", woken_at=Now()).ref).woken is None
    assert jobs.enqueue("note_down", make_job(ref="later", run_after=Now() + timedelta(60)).ref).woken is None
    assert jobs.enqueue("note_down", claimed(ref="running").ref).woken is None
