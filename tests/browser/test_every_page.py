"""What holds for every page, light, dark and on a phone: accessible, within its width, nothing inline."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from actors.models import Job
from lims.services.work_orders import cancel_work_order, change_work_order
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Sociedad Anónima de Diagnósticos Veterinarios y Anatomopatológicos " + "x" * 120
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}
AS_STRANGER = [
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/signup/",
]
AS_VET = [
    "/work-orders/",
    "/work-orders/?q=nada",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
    "/no-such-page/",
]


@pytest.fixture(params=LOOKS)
def look(request) -> dict:
    return LOOKS[request.param]


@pytest.fixture
def orders(ana, bruno):
    """A draft, an issued one with everything long, and a cancelled one."""
    vet = bruno.veterinarian
    issued = factories.issued_order(ana, vet, 3, billing_name=LONG[:200], observations=LONG)
    change_work_order(ana, issued.pk, issued.version, billing_tax_id="20-27984767-2")
    cancelled = factories.issued_order(ana, vet)
    cancel_work_order(ana, cancelled.pk, LONG)
    return factories.draft_order(ana, vet, 2), issued, cancelled


def test_pages_before_the_login(site_without_workers, visit, look):
    page = visit(site_without_workers, **look)
    for path in AS_STRANGER:
        check(page, path)
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "nobody@lab.test")
    page.fill("input[name=password]", "wrong")
    page.click("main button[type=submit]")
    check(page)


def test_pages_of_a_vet(site_without_workers, orders, bruno, log_in, look):
    page = log_in(site_without_workers, bruno, **look)
    for path in [*AS_VET, f"/work-orders/{orders[1].pk}/", f"/work-orders/{orders[2].pk}/"]:
        check(page, path)
    page.get_by_role("button", name="Mi cuenta").click()
    check(page)


def test_empty_list(site_without_workers, carla, log_in, look):
    check(log_in(site_without_workers, carla, **look))


def test_pages_of_the_laboratory(site_without_workers, orders, ana, log_in, look):
    page = log_in(site_without_workers, ana, **look)
    for path in ["/work-orders/", *(f"/work-orders/{order.pk}/" for order in orders)]:
        check(page, path)
    page.goto(f"/work-orders/{orders[1].pk}/")
    page.get_by_label("Anticipo").fill("mucho")
    page.get_by_role("button", name="Guardar").click()
    page.get_by_text("Ingresar un importe").wait_for()
    check(page)


def test_waiting_page_in_each_state(site_without_workers, cold_order, bruno, log_in, look):
    page = log_in(site_without_workers, bruno, **look)
    page.goto(f"/work-orders/{cold_order.pk}/pdf/")
    check(page)
    Job.objects.update(state="failed", finished_at=timezone.now())
    page.get_by_role("button", name="Generar de nuevo").wait_for()
    check(page)


def check(page: Page, path: str = "") -> None:
    """Open a path, or take the page as it is, and hold it to what holds for every page."""
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    if path:
        page.goto(path)
    found = [f"{violation['id']}: {violation['nodes'][0]['html']}" for violation in violations(page)]
    assert found == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        page.url
    )
    assert [text for text in refused if "Content Security Policy" in text] == [], page.url


def violations(page: Page) -> Iterator[dict]:
    yield from Axe().run(page).response["violations"]
