"""Pages of an order that another hand was faster with, and of one with more lines than a page holds."""

import pytest
from playwright.sync_api import expect

from lims.services.work_orders.work_orders import cancel_work_order, issue_work_order
from tests import factories
from tests.browser.holding import look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(ana, bruno):
    factories.laboratory()
    return factories.draft_order(ana, bruno.veterinarian, 3)


def test_lines_of_an_order_that_was_issued_meanwhile(site_without_workers, ana, draft, log_in):
    page = log_in(site_without_workers, ana, "")
    page.goto(f"/work-orders/{draft.pk}/edit/")
    page.locator("[name=lines-0-description]").fill("Cirugía " * 20)
    issue_work_order(ana, draft.pk)
    with page.expect_event("load"):
        page.locator("[name=lines-0-description]").press("Enter")
    expect(page.get_by_text("Cirugía").first).to_be_visible()
    look(page)


def test_lines_of_a_long_draft(site_without_workers, ana, bruno, log_in):
    factories.laboratory()
    long = factories.draft_order(ana, bruno.veterinarian, 250)
    page = log_in(site_without_workers, ana, "")
    look(page, f"/work-orders/{long.pk}/edit/")
    look(page, f"/work-orders/{long.pk}/")


def test_a_step_of_what_was_changed_meanwhile(site_without_workers, ana, draft, log_in):
    page = log_in(site_without_workers, ana, "")
    page.goto(f"/work-orders/{draft.pk}/")
    cancel_work_order(ana, draft.pk, "Duplicada")
    with page.expect_event("load"):
        page.get_by_role("button", name="Emitir", exact=True).click()
    expect(page.get_by_text("no puede pasar").first).to_be_visible()
    look(page)
