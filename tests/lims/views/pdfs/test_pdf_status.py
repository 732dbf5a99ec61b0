"""The status of a render: what it says in each state, to whom, and what a poll costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Job
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, visibility, the job.
STATEMENTS = 4

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(bruno, cold_order, browser):
    """Bruno's client, and the status URL that his cold open was given."""
    client = browser(bruno)
    return client, client.get(f"/work-orders/{cold_order.pk}/pdf/", **JSON).json()["status_url"]


@pytest.mark.parametrize(
    ("job", "state"),
    [("pending", "queued"), ("running", "rendering"), ("done", "ready"), ("failed", "failed")],
)
def test_state_of_the_job_is_told(job, state, asked, cold_order):
    client, url = asked
    held = {"token": "5" * 32, "lease_until": timezone.now()} if job == "running" else {}
    Job.objects.update(state=job, **held)
    answer = client.get(url, **JSON)
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert answer.json()["pdf_url"] == f"/work-orders/{cold_order.pk}/pdf/?round=1"
    assert answer["Cache-Control"] == "no-store"


def test_failure_is_told_in_plain_words_with_a_reference(asked):
    client, url = asked
    Job.objects.update(state="failed", error_code="RenderError", error_summary="secret detail")
    answer = client.get(url, **JSON).json()
    assert str(Job.objects.get().pk) in answer["error"]
    assert "secret detail" not in answer["error"]


def test_reason_is_shown_to_the_laboratory_alone(ana, bruno, asked, browser):
    client, url = asked
    Job.objects.update(state="failed", error_summary="secret detail")
    assert "secret detail" not in client.get(url).content.decode()
    assert "secret detail" in browser(ana).get(url).content.decode()


@pytest.mark.parametrize(
    ("age_ms", "wait_ms"), [(0, 60), (299, 60), (300, 250), (900, 1_000), (60_000, 1_000)]
)
def test_polls_get_rarer_with_the_age_of_the_render(age_ms, wait_ms, asked, monkeypatch):
    client, url = asked
    armed_at = Job.objects.get().armed_at
    monkeypatch.setattr(timezone, "now", lambda: armed_at + timedelta(milliseconds=age_ms))
    assert client.get(url, **JSON).json()["retry_after_ms"] == wait_ms


@pytest.mark.parametrize("headers", [{}, JSON])
def test_poll_never_enqueues(headers, asked, django_assert_num_queries):
    client, url = asked
    Job.objects.update(state="done")
    with django_assert_num_queries(STATEMENTS):
        client.get(url, **headers)
    assert list(Job.objects.values_list("state", flat=True)) == ["done"]


def test_fragment_tells_the_page_what_to_do(asked, cold_order):
    client, url = asked
    Job.objects.update(state="done")
    fragment = client.get(url).content.decode()
    assert 'data-state="ready"' in fragment
    assert f'data-pdf-url="/work-orders/{cold_order.pk}/pdf/?round=1"' in fragment
    assert "<html" not in fragment


def test_round_is_carried_on(bruno, cold_order, browser):
    client = browser(bruno)
    url = client.get(f"/work-orders/{cold_order.pk}/pdf/?round=1", **JSON).json()["status_url"]
    assert client.get(url, **JSON).json()["pdf_url"].endswith("?round=2")


def test_status_is_for_who_may_see_the_order_and_of_its_own_job(ana, bruno, carla, asked, browser):
    client, url = asked
    another = factories.issued_order(ana, bruno.veterinarian)
    assert browser(carla).get(url, **JSON).status_code == 404
    assert client.get(url.replace("status/", "status/9"), **JSON).status_code == 404
    assert (
        client.get(
            f"/work-orders/{another.pk}/pdf/status/{Job.objects.get(actor='render_pdf').pk}/"
        ).status_code
        == 404
    )


def test_retry_arms_a_failed_render_and_leads_back_to_the_document(asked, cold_order):
    client, url = asked
    for headers, status in (({}, 302), (JSON, 202)):
        Job.objects.update(state="failed", finished_at=timezone.now())
        answer = client.post(f"{url}retry/", **headers)
        assert answer.status_code == status
        assert Job.objects.get().state == "pending"
    assert answer.json()["status_url"] == url
    assert client.post(f"{url}retry/")["Location"] == f"/work-orders/{cold_order.pk}/pdf/"


def test_stranger_cannot_retry(carla, asked, browser):
    _client, url = asked
    Job.objects.update(state="failed", finished_at=timezone.now())
    assert browser(carla).post(f"{url}retry/").status_code == 404
    assert Job.objects.get().state == "failed"
