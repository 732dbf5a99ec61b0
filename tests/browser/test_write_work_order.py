"""Staff charge a vet's samples without the admin: totals live, then draft, issued, sent."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from lims.models import WorkOrder
from tests import factories
from tests.browser.holding import LONG, check, look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vet(bruno):
    """Two finished samples and one on the bench."""
    factories.PriceFactory(service="HP-1", price=Decimal("18500.50"))
    factories.PriceFactory(service="HP-2", price=Decimal("1000.00"))
    for status in ("ready", "reported", "processing"):
        factories.ready_protocol(bruno.veterinarian, status=status, animal=LONG)
    return bruno.veterinarian


def test_order_is_written_and_sent_and_its_pages_are_accessible(site_without_workers, vet, ana, log_in):
    page = log_in(site_without_workers, ana, "")
    check(page, "/work-orders/new/")
    page.get_by_role("link", name="Orden para").click()
    balance = page.locator("[data-balance]")
    expect(balance).to_have_text("37.001,00")
    page.locator("[name=lines-0-quantity]").fill("2")
    page.locator("[name=lines-1-service]").select_option("HP-2")
    page.locator("[name=lines-1-discount]").fill("0,50")
    page.locator("[name=advance]").fill("1.000")
    expect(balance).to_have_text("37.000,50")
    look(page)
    _mistake(page)
    page.get_by_role("button", name="Agregar renglón").click()
    page.locator("[name=lines-3-service]").select_option("HP-2")
    page.get_by_role("button", name="Crear el borrador").click()
    expect(page.get_by_role("heading", name="Borrador")).to_be_visible()
    for step in ("Emitir", "Enviar", "Marcar como facturada"):
        page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_text("quedó facturada")).to_be_visible()
    order = WorkOrder.objects.get()
    assert (order.status, str(order.total), str(order.advance)) == ("invoiced", "39000.50", "1000.00")
    assert order.lines.count() == 3


def _mistake(page: Page) -> None:
    page.locator("[name=lines-0-discount]").fill("99.999,00")
    page.locator("[name=lines-0-discount]").press("Enter")
    page.get_by_text("Un descuento no puede").wait_for()
    check(page)
    page.locator("[name=lines-0-discount]").fill("0")
