"""Searching the list as one types, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders(ana, bruno):
    return [factories.issued_order(ana, bruno.veterinarian) for _ in range(3)]


def test_list_follows_what_is_typed_and_its_url_can_be_kept(site_without_workers, orders, bruno, log_in):
    page = log_in(site_without_workers, bruno)
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_label("Buscar").press_sequentially(orders[1].number)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name=orders[1].number, exact=True)).to_be_visible()
    page.wait_for_url(f"**/work-orders/?q={orders[1].number}**")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_status_filters_at_once(site_without_workers, orders, bruno, log_in):
    page = log_in(site_without_workers, bruno)
    page.get_by_label("Estado").select_option("cancelled")
    expect(page.get_by_text("Nada coincide")).to_be_visible()
    page.get_by_role("link", name="Mostrar todo").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_search_works_without_javascript(site_without_workers, orders, bruno, log_in):
    page = log_in(site_without_workers, bruno, java_script_enabled=False)
    page.get_by_label("Buscar").fill(orders[0].number)
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("tbody tr")).to_have_count(1)
