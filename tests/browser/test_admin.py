"""The admin in a real browser: no page breaks the policy or its own scripts, and its parts move."""

import pytest
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, expect

from lims.models import AgedHistory, DocumentAccess, Holiday
from lims.services.reports.amending import withdraw_report
from lims.services.reports.phrases import add_phrase
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = (
    *("lims_workorder", "lims_protocol", "lims_veterinarian", "lims_laboratory", "lims_price", "lims_user"),
    *("lims_staffmember", "lims_documentaccess", "lims_workorderhistory", "lims_numberseries", "actors_job"),
    *("lims_report", "lims_reporthistory", "lims_delivery", "lims_pathologist", "lims_phrase"),
    *("lims_holiday", "lims_agedhistory"),
)
PAGES = ("index", "documents", "documents_invalidate", "documents_warm", "password_change")
ADDABLE = (
    *("lims_veterinarian", "lims_price", "lims_user", "lims_staffmember"),
    *("lims_pathologist", "lims_phrase", "lims_holiday"),
)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: the policy broken, a script that failed, a file that is missing."""
    return []


@pytest.fixture
def page(site_without_workers, buckets, alma, log_in, complaints) -> Page:
    """A page in which Alma is logged in."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    page = log_in(site_without_workers, alma, "")
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "response", lambda answer: answer.status >= 400 and complaints.append(f"{answer.status} {answer.url}")
    )
    return page


@pytest.fixture
def rows(ana, bruno, paula, alma) -> None:
    """A row of everything."""
    factories.laboratory()
    add_phrase(alma, "Autólisis", "Limita la evaluación.")
    withdraw_report(paula, factories.archived_report(paula.staff_member.pathologist).pk, "Muestra cambiada")
    factories.PriceFactory(service="HP")
    Holiday.objects.create(on="2026-12-25", name="Navidad")
    order = factories.issued_order(ana, bruno.veterinarian, lines=3)
    factories.draft_order(ana, bruno.veterinarian)
    DocumentAccess.objects.create(kind="work-order", document_pk=order.pk, user=bruno, outcome="hit")
    AgedHistory.objects.create(kind="protocol", month="2024-05-01", removed=3, reduced=1, kept_months=24)


def test_no_page_breaks_the_policy_or_its_scripts(page, rows, complaints):
    from django.apps import apps

    addresses = [reverse(f"admin:{name}") for name in PAGES]
    for name in MODELS:
        model = apps.get_model(*name.split("_"))
        addresses.append(reverse(f"admin:{name}_changelist"))
        addresses.append(reverse(f"admin:{name}_change", args=(model._default_manager.first().pk,)))
    addresses += [reverse(f"admin:{name}_add") for name in ADDABLE]
    for address in addresses:
        page.goto(address, wait_until="load")
        # Alpine takes the cloak off once it has read the whole page without an error.
        expect(page.locator("html[x-cloak]")).to_have_count(0)
    assert complaints == []


def test_selecting_rows_shows_the_actions(page, rows, complaints):
    page.goto(reverse("admin:lims_workorder_changelist"))
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("issue-and-send-work-orders")
    page.get_by_role("button", name="Ejecutar").or_(page.get_by_role("button", name="Run")).click()
    expect(page.get_by_role("heading", name="Emitir y enviar")).to_be_visible()
    assert complaints == []


def test_filters_open_and_close(page, rows, complaints):
    page.goto(reverse("admin:lims_workorder_changelist"))
    panel = page.locator("#changelist-filter")
    expect(panel).to_be_hidden()
    page.locator("a", has_text="filter_list").click()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert complaints == []
