"""The waiting page: what it says while, when and if not the document comes."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from actors.models import Job
from tests.browser.arriving import arrived
from tests.processes import wait_until
from tests.running import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(site_without_workers, cold_order, bruno, log_in) -> Page:
    """Bruno's browser on the waiting page of an order that nobody makes, its clock in our hands."""
    page = log_in(site_without_workers, bruno, once=True)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto(f"/work-orders/{cold_order.pk}/pdf/")
    return page


def test_it_names_what_is_prepared(waiting, cold_order):
    expect(waiting.get_by_role("heading", name=f"Preparando {cold_order.number}")).to_be_visible()
    assert cold_order.number in waiting.title()


def test_it_says_after_ten_seconds_why_it_takes_long(waiting):
    why = waiting.get_by_text("Está tardando más que de costumbre")
    waiting.clock.run_for(8_000)
    expect(why).to_be_hidden()
    waiting.clock.run_for(3_000)
    expect(why).to_be_visible()


def test_nobody_waits_for_ever(waiting):
    with waiting.expect_response(lambda answer: answer.headers.get("x-pdf-cache") == "inline") as answer:
        waiting.clock.run_for(25_000)
    assert (answer.value.status, answer.value.headers["content-type"]) == (200, "application/pdf")


def test_failure_says_what_happened_gives_a_reference_and_can_be_retried(waiting):
    Job.objects.update(state="failed", error_code="RenderError", finished_at=timezone.now())
    waiting.clock.run_for(1_500)
    expect(waiting.get_by_role("heading", name="No se pudo generar el PDF")).to_be_visible()
    expect(waiting.get_by_text(str(Job.objects.get().pk), exact=True)).to_be_visible()
    waiting.clock.resume()

    def retry() -> None:
        waiting.get_by_role("button", name="Generar de nuevo").click()
        wait_until(lambda: run_jobs("render_pdf"), "the retry is asked for")

    pdf = arrived(waiting, retry)
    assert pdf.startswith(b"%PDF-")


def test_back_leads_to_where_the_reader_came_from(site, cold_order, bruno, log_in):
    page = log_in(site, bruno)
    before = page.evaluate("history.length")
    arrived(page, page.get_by_label(f"PDF de {cold_order.number}").click)
    page.wait_for_url(re.compile("X-Amz-Signature"))
    # One step for the order, however often its page came back.
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    expect(page.get_by_role("heading", name="Órdenes de trabajo")).to_be_visible()


def test_who_asked_to_be_told_sees_it_in_the_title(waiting, cold_order):
    button = waiting.get_by_role("button", name="Avisarme cuando esté listo")
    button.click()
    expect(waiting.get_by_role("button", name="Habrá un aviso")).to_have_attribute("aria-pressed", "true")
    Job.objects.update(state="done", finished_at=timezone.now())
    waiting.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    waiting.clock.run_for(1_500)
    expect(waiting).to_have_title(f"{cold_order.number}: PDF listo")


def test_lost_connection_is_told_and_waiting_goes_on(waiting):
    lost = waiting.get_by_text("Se cortó la conexión")
    waiting.context.set_offline(True)
    waiting.clock.run_for(1_500)
    expect(lost).to_be_visible()
    waiting.context.set_offline(False)
    waiting.clock.run_for(2_500)
    expect(lost).to_be_hidden()


def test_ended_session_leads_to_the_login(waiting):
    Session.objects.all().delete()
    waiting.clock.run_for(1_500)
    waiting.wait_for_url("**/accounts/login/**")


def test_without_javascript_the_pdf_comes_by_itself(site, cold_order, bruno, log_in):
    page = log_in(site, bruno, java_script_enabled=False)
    pdf = arrived(page, page.get_by_label(f"PDF de {cold_order.number}").click)
    assert pdf.startswith(b"%PDF-")
