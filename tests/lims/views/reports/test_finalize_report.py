"""Finalizing over HTTP: the click, the second click, how it goes on, and trying again."""

import pytest
from django.utils import timezone

from actors.models import Job
from lims.models import Report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.running import run_jobs

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, report; the job that issues it.
STATEMENTS_OF_A_POLL = 4

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


def status_of(report: Report) -> str:
    return Report.objects.get(pk=report.pk).status


def test_click_freezes_and_says_where_to_ask(paula, draft, browser):
    answer = browser(paula).post(f"/reports/{draft.pk}/finalize/", **JSON)
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["status_url"]) == (
        "finalized",
        f"/reports/{draft.pk}/status/",
    )
    assert status_of(draft) == "finalized"
    assert Job.objects.get(actor="publish_report").ref == str(draft.pk)


def test_click_leads_to_the_reports_page_which_says_what_happens(paula, draft, browser):
    answer = browser(paula).post(f"/reports/{draft.pk}/finalize/", follow=True)
    assert answer.redirect_chain == [(f"/reports/{draft.pk}/", 302)]
    page = answer.content.decode()
    assert page.count("Generando informe...") == 2
    assert f'data-progress-url="/reports/{draft.pk}/status/"' in page
    assert '<meta http-equiv="refresh"' in page


def test_second_click_is_told_and_changes_nothing(paula, draft, browser):
    client = browser(paula)
    client.post(f"/reports/{draft.pk}/finalize/")
    before = Report.objects.values().get()
    answer = client.post(f"/reports/{draft.pk}/finalize/", **JSON)
    assert (answer.status_code, answer.json()["fields"]) == (409, {})
    assert "Finalizado" in answer.json()["error"]
    again = client.post(f"/reports/{draft.pk}/finalize/", follow=True)
    assert again.redirect_chain == [(f"/reports/{draft.pk}/", 302)]
    assert "Finalizado" in again.content.decode()
    assert Report.objects.values().get() == before


def test_incomplete_draft_is_told_what_is_missing_and_stays(paula, draft, browser):
    row = draft.diagnoses.get()
    row.diagnosis = " "
    row.save()
    client = browser(paula)
    answer = client.post(f"/reports/{draft.pk}/finalize/", **JSON)
    assert (answer.status_code, list(answer.json()["fields"])) == (409, [f"diagnosis-{row.pk}"])
    page = client.post(f"/reports/{draft.pk}/finalize/", follow=True)
    assert page.redirect_chain[-1][0] == f"/reports/{draft.pk}/write/"
    assert "Falta escribir el diagnóstico" in page.content.decode()
    assert status_of(draft) == "draft" and not Job.objects.exists()


def test_whoever_may_not_sign_is_told_so_and_nothing_changes(paula, draft, browser):
    author = paula.staff_member.pathologist
    author.may_sign = False
    author.save()
    assert browser(paula).post(f"/reports/{draft.pk}/finalize/", **JSON).status_code == 403
    assert status_of(draft) == "draft"


def test_without_a_csrf_token_nothing_is_finalized(paula, draft):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(paula)
    assert client.post(f"/reports/{draft.pk}/finalize/").status_code == 403
    assert status_of(draft) == "draft"


def test_status_goes_from_finalized_to_issued(paula, ana, draft, browser, django_assert_num_queries):
    finalize_report(paula, draft.pk)
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS_OF_A_POLL):
        status = client.get(f"/reports/{draft.pk}/status/", **JSON).json()
    assert status["state"] == "finalized" and status["retry_after_ms"] > 0 and status["error"] is None
    fragment = client.get(f"/reports/{draft.pk}/status/").content.decode()
    assert 'data-state="finalized"' in fragment and "<html" not in fragment
    run_jobs("publish_report")
    assert client.get(f"/reports/{draft.pk}/status/", **JSON).json() == {
        "state": "issued",
        "pdf_url": f"/reports/{draft.pk}/pdf/",
        "retry_after_ms": 60,
        "error": None,
    }
    page = client.get(f"/reports/{draft.pk}/").content.decode()
    assert "Emitido" in page and "Generando informe" not in page


def test_vet_learns_nothing_before_it_is_issued(paula, bruno, draft, browser):
    finalize_report(paula, draft.pk)
    client = browser(bruno)
    for path in ("", "status/", "pdf/"):
        assert client.get(f"/reports/{draft.pk}/{path}").status_code == 404


def test_failure_says_why_and_a_retry_goes_on(paula, ana, bruno, draft, browser):
    finalize_report(paula, draft.pk)
    failed = {"state": "failed", "finished_at": timezone.now(), "error_code": "StoreError"}
    Job.objects.update(**failed, error_summary="10.0.0.7 refused")
    client = browser(ana)
    status = client.get(f"/reports/{draft.pk}/status/", **JSON).json()
    assert status["state"] == "failed" and "no respondió" in status["error"]
    page = client.get(f"/reports/{draft.pk}/").content.decode()
    assert "No se pudo emitir" in page and f'action="/reports/{draft.pk}/retry/"' in page
    assert "10.0.0.7" not in page
    assert browser(bruno).post(f"/reports/{draft.pk}/retry/").status_code == 403
    assert client.post(f"/reports/{draft.pk}/retry/", **JSON).status_code == 202
    assert Job.objects.get().state == "pending"
    run_jobs("publish_report")
    assert status_of(draft) == "issued"


def test_retry_of_what_is_issued_is_told_and_changes_nothing(paula, bruno, browser):
    report = factories.archived_report(
        paula.staff_member.pathologist, factories.ready_protocol(bruno.veterinarian)
    )
    client = browser(paula)
    assert client.post(f"/reports/{report.pk}/retry/", **JSON).status_code == 409
    assert client.post(f"/reports/{report.pk}/retry/").status_code == 302
    assert not Job.objects.filter(actor="publish_report").exists()
