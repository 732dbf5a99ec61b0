"""A report's own PDF address: what it answers to whom, with which headers, and what it costs."""

import hashlib

import pytest
import urllib3

from actors.models import Job
from lims.models import Report
from lims.services.pdfs import opening
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.running import run_jobs

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, whether it leads to the notice, the report, the access.
STATEMENTS_OF_A_HIT = 5

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def protocol(bruno):
    return factories.ready_protocol(bruno.veterinarian)


@pytest.fixture
def report(author, protocol) -> Report:
    return factories.issued_report(author, protocol)


def test_issued_report_leads_to_its_very_bytes(report, bruno, browser, django_assert_num_queries):
    client = browser(bruno)
    with django_assert_num_queries(STATEMENTS_OF_A_HIT):
        answer = client.get(f"/reports/{report.pk}/pdf/")
    assert answer.status_code == 302
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    pdf = urllib3.request("GET", answer["Location"]).data
    assert hashlib.sha256(pdf).hexdigest() == report.sha256


def test_while_the_store_is_away_it_says_when_to_come_back(report, bruno, browser, store_away):
    for headers in ({}, JSON):
        answer = browser(bruno).get(f"/reports/{report.pk}/pdf/", **headers)
        assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
        assert not answer.content.startswith(b"%PDF")


def test_finalized_report_is_waited_for_by_the_laboratory(author, protocol, ana, browser):
    report = factories.finalized_report(author, protocol)
    client = browser(ana)
    answer = client.get(f"/reports/{report.pk}/pdf/", **JSON)
    assert (answer.status_code, answer.json()["state"]) == (202, "finalized")
    assert answer.json()["status_url"] == f"/reports/{report.pk}/status/"
    page = client.get(f"/reports/{report.pk}/pdf/")
    assert page.status_code == 202 and "Generando informe..." in page.content.decode()
    Job.objects.update(state="failed", error_code="StoreError")
    assert client.get(f"/reports/{report.pk}/pdf/", **JSON).json()["state"] == "failed"
    assert "No se pudo emitir" in client.get(f"/reports/{report.pk}/pdf/").content.decode()


def test_draft_is_previewed_in_a_frame_of_our_own_by_its_author_alone(author, protocol, paula, ana, browser):
    draft = factories.draft_report(author, protocol)
    answer = browser(paula).get(f"/reports/{draft.pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("inline")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"] == "frame-ancestors 'self'"
    refused = browser(ana).get(f"/reports/{draft.pk}/pdf/")
    assert (refused.status_code, refused["X-Frame-Options"]) == (403, "DENY")
    assert "frame-ancestors 'none'" in refused["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("acquired", "status", "sentence"), [(False, 503, "Se están"), (True, 403, "borrador")]
)
def test_refused_preview_says_so_within_its_frame(
    author, protocol, paula, ana, browser, monkeypatch, acquired, status, sentence
):
    monkeypatch.setattr(opening._inline_renders, "acquire", lambda blocking: acquired)
    draft = factories.draft_report(author, protocol)
    client = browser(ana if acquired else paula)
    answer = client.get(f"/reports/{draft.pk}/pdf/?drawn=3")
    page = answer.content.decode()
    assert answer.status_code == status and sentence in page
    assert f'href="/reports/{draft.pk}/pdf/?drawn=3"' in page
    assert answer["X-Frame-Options"] == "SAMEORIGIN" and answer["Cache-Control"] == "no-store"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    plain = client.get(f"/reports/{draft.pk}/pdf/")
    assert (plain.status_code, plain["X-Frame-Options"]) == (status, "DENY")


def test_ended_session_is_told_within_the_frame_and_elsewhere_leads_to_the_login(author, protocol, client):
    draft = factories.draft_report(author, protocol)
    answer = client.get(f"/reports/{draft.pk}/pdf/?drawn=3", headers={"accept-language": "es"})
    assert (answer.status_code, answer["Cache-Control"]) == (401, "no-store")
    assert "La sesión terminó" in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    plain = client.get(f"/reports/{draft.pk}/pdf/")
    assert (plain.status_code, plain["X-Frame-Options"]) == (302, "DENY")
    assert client.get(f"/reports/{draft.pk}/pdf/?drawn=3", **JSON).status_code == 401


def test_old_links_lead_to_the_notice_and_the_old_version_stays_to_be_had(report, bruno, paula, browser):
    draft = amend_report(paula, report.pk, "Corrige el margen")
    finalize_report(paula, draft.pk)
    run_jobs("publish_report")
    client = browser(bruno)
    answer = client.get(f"/reports/{report.pk}/pdf/", follow=True)
    assert answer.redirect_chain == [(f"/reports/{report.pk}/", 302)]
    page = answer.content.decode()
    assert "no usarla más" in page
    assert f'href="/reports/{draft.pk}/"' in page and f'href="/reports/{report.pk}/pdf/?version=1"' in page
    old = client.get(f"/reports/{report.pk}/pdf/?version=1")
    assert hashlib.sha256(urllib3.request("GET", old["Location"]).data).hexdigest() == report.sha256
    new = client.get(f"/reports/{draft.pk}/pdf/")
    assert hashlib.sha256(urllib3.request("GET", new["Location"]).data).hexdigest() != report.sha256
    (second, first) = client.get("/reports/", **JSON).json()["results"]
    assert second["pdf_url"] == f"/reports/{draft.pk}/pdf/"
    assert first["pdf_url"] == f"/reports/{report.pk}/pdf/?version=1"


def test_link_to_a_withdrawn_report_leads_to_the_reason(report, bruno, paula, browser):
    withdraw_report(paula, report.pk, "Muestras intercambiadas")
    answer = browser(bruno).get(f"/reports/{report.pk}/pdf/", follow=True)
    assert answer.redirect_chain == [(f"/reports/{report.pk}/", 302)]
    assert "Muestras intercambiadas" in answer.content.decode()


def test_stranger_gets_404_whatever_the_state(report, carla, paula, browser):
    client = browser(carla)
    assert client.get(f"/reports/{report.pk}/pdf/").status_code == 404
    withdraw_report(paula, report.pk, "Muestras intercambiadas")
    for query in ("", "?version=1"):
        assert client.get(f"/reports/{report.pk}/pdf/{query}").status_code == 404
