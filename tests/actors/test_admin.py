"""Jobs in the admin: what waits and failed, why in plain words, and trying again."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from actors import admin as jobs_admin
from actors.models import Job
from actors.reasons import UNFORESEEN, reason

pytestmark = pytest.mark.django_db
LIST = "/admin/actors/job/"


@pytest.fixture
def admin(client, alma):
    client.force_login(alma)
    return client


@pytest.fixture
def failed(make_job):
    return make_job(
        "warm_pdf",
        "work-order/7",
        state="failed",
        attempts=5,
        error_code="StoreError",
        error_summary="<b>no</b> answer",
        finished_at=Now(),
    )


def page(job: Job, name: str = "change") -> str:
    return reverse(f"admin:actors_job_{name}", args=(job.pk,))


def found(admin, **query) -> list[str]:
    return [job.ref for job in admin.get(LIST, query).context["cl"].result_list]


def test_found_by_actor_state_reference_and_number(admin, make_job, failed):
    make_job("prune_pdfs", "work-order/8")
    assert found(admin, actor="prune_pdfs") == ["work-order/8"]
    assert found(admin, state__exact="failed") == ["work-order/7"]
    assert found(admin, q="work-order/8") == ["work-order/8"]
    assert found(admin, q=str(failed.pk)) == ["work-order/7"]
    assert found(admin, actor="prune_pdfs", state__exact="failed") == []


def test_failed_job_says_why_in_plain_words(admin, failed):
    shown = admin.get(page(failed)).content.decode()
    assert "El archivo de documentos no respondió." in shown
    assert "&lt;b&gt;no&lt;/b&gt; answer" in shown
    assert "StoreError" in shown


def test_reason_of_an_unforeseen_error_and_of_none(make_job):
    assert reason(make_job(ref="x", error_code="ZeroDivisionError")) == str(UNFORESEEN)
    assert reason(make_job(ref="y")) == ""


def test_failed_job_is_tried_again(admin, alma, failed):
    assert admin.get(page(failed, "retry")).status_code == 405
    assert admin.post(page(failed, "retry")).url == page(failed)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.error_code) == ("pending", 0, "")
    assert failed.requested_by == alma


@pytest.mark.parametrize("who", ["ana", "bruno"])
def test_others_retry_nothing(client, request, failed, who):
    client.force_login(request.getfixturevalue(who))
    client.post(page(failed, "retry"))
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_jobs_are_neither_written_nor_deleted_by_hand(admin, failed):
    assert admin.post(page(failed), {"state": "done"}).status_code == 403
    assert admin.post(page(failed, "delete"), {"post": "yes"}).status_code == 403
    assert admin.post("/admin/actors/job/add/", {}).status_code == 403
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_queues_tell_what_waits_and_since_when(admin, make_job, failed, django_assert_num_queries):
    make_job("render_pdf", "old", run_after=Now() - timedelta(minutes=9))
    make_job("render_pdf", "new")
    make_job("render_pdf", "later", run_after=Now() + timedelta(minutes=9))
    make_job("render_pdf", "done", state="done")
    with django_assert_num_queries(1):
        by_name = {queue.name: queue for queue in jobs_admin.queues()}
    assert by_name["interactive"][1:3] == (3, 0)
    assert by_name["interactive"].oldest_due_at == Job.objects.get(ref="old").run_after
    assert by_name["background"][1:] == (0, 1, None)
    assert admin.get(LIST).context["queues"]
