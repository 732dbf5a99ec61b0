"""age_history: the month's job is asked for once and passes long work on; the command does it by hand."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from actors import sweeping
from actors.jobs import latest
from actors.models import Job
from lims.models import AgedHistory, Protocol
from lims.services.history import retention
from tests import factories
from tests.aged import dated
from tests.running import run_jobs

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 5, 2, tzinfo=UTC)


@pytest.fixture
def aged(bruno) -> Protocol:
    """A protocol with one change that is older than any policy of these tests, and what it was then."""
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    Protocol.objects.update(animal="B")
    dated(protocol, LONG_AGO, LONG_AGO)
    return protocol


@pytest.fixture(autouse=True)
def _policy(settings):
    settings.HISTORY_MONTHS = 24


def test_it_is_asked_for_once_a_month(settings):
    assert [sweeping.enqueue_scheduled() for _ in range(3)] == [1, 0, 0]
    job = Job.objects.get(actor="age_history")
    assert job.ref == f"{retention.first_kept(24):%Y-%m}/24/0"
    run_jobs("age_history")
    assert sweeping.enqueue_scheduled() == 0
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=Now() - timedelta(days=1))
    assert sweeping.enqueue_scheduled() == 0
    settings.HISTORY_MONTHS = 36
    assert sweeping.enqueue_scheduled() == 1


def test_without_a_policy_nothing_is_asked_for(settings, django_assert_num_queries):
    settings.HISTORY_MONTHS = None
    with django_assert_num_queries(0):
        assert sweeping.enqueue_scheduled() == 0


def test_its_job_ages_and_names_whoever_asked_again(aged, alma):
    sweeping.enqueue_scheduled()
    (job,) = run_jobs("age_history")
    assert job.state == "done"
    row = AgedHistory.objects.get(kind="protocol")
    assert (row.removed, row.reduced, row.kept_months, row.by) == (1, 1, 24, None)
    Protocol.objects.update(animal="C")
    dated(aged, LONG_AGO, LONG_AGO)
    Job.objects.filter(pk=job.pk).update(state="pending", requested_by=alma)
    run_jobs("age_history")
    assert AgedHistory.objects.filter(kind="protocol").first().by == alma


def test_long_work_is_passed_on_and_ends(aged, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 1)
    monkeypatch.setattr(retention, "SLICE_S", 0.0)
    sweeping.enqueue_scheduled()
    rounds = 0
    while run_jobs("age_history"):
        rounds += 1
    assert rounds > 2
    assert set(Job.objects.filter(actor="age_history").values_list("state", flat=True)) == {"done"}
    assert list(aged.changes.values_list("pgh_label", "animal")) == [("known", "B")]


def test_a_lost_lease_ends_it_where_it_is(aged, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 1)
    sweeping.enqueue_scheduled()
    taken = {"token": "00000000-0000-0000-0000-000000000001"}
    monkeypatch.setattr(
        retention,
        "_age",
        lambda *args, work=retention._age: (work(*args), Job.objects.update(**taken))[0],
    )
    (job,) = run_jobs("age_history")
    assert job.state == "running"
    assert latest("age_history", job.ref.replace("/0", "/1")) is None


def test_the_command_says_what_went(aged):
    output = StringIO()
    call_command("age_history", stdout=output)
    assert "protocol 2020-05: 1 rows removed, 1 reduced to what was known." in output.getvalue()
    assert f"Kept: everything since {retention.first_kept(24):%Y-%m}." in output.getvalue()
    assert list(aged.changes.values_list("pgh_label", "animal")) == [("known", "B")]


def test_a_dry_run_says_it_too_and_changes_nothing(aged):
    output = StringIO()
    call_command("age_history", "--dry-run", "--months", "12", stdout=output)
    assert "protocol 2020-05: 1 rows would be removed, 1 would be reduced" in output.getvalue()
    assert aged.changes.count() == 2 and not AgedHistory.objects.exists()


@pytest.mark.parametrize("arguments", [["--months", "11"], []])
def test_without_a_policy_or_with_less_than_a_year_it_refuses(aged, settings, arguments):
    settings.HISTORY_MONTHS = None
    with pytest.raises(CommandError):
        call_command("age_history", *arguments)
    assert aged.changes.count() == 2
