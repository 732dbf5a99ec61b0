"""Choosing on a list: with a script or without, by the keyboard alone, and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from lims.models import Operation
from tests.browser.holding import PHONE
from tests.operating import submitted

pytestmark = pytest.mark.django_db(transaction=True)

RECEIVE = "Marcar como recibidos"


@pytest.fixture
def protocols(bruno):
    return submitted(29, [bruno.veterinarian]) + submitted(1, [bruno.veterinarian], animal="Rocinante")


def counts(page: Page, text: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(text)


def test_without_scripts_it_works_from_the_list_to_the_operation(
    site_without_workers, protocols, ana, log_in
):
    page = log_in(site_without_workers, ana, "/protocols/?status=submitted", java_script_enabled=False)
    for protocol in protocols[-2:]:
        page.get_by_label(f"Elegir {protocol.temporary_code}", exact=True).check()
    page.get_by_role("button", name=RECEIVE).click()
    page.get_by_role("button", name=RECEIVE).click()
    expect(page.get_by_text("Procesando 2 protocolos; se avisará al terminar.")).to_be_visible()
    assert Operation.objects.get().total == 2
    expect(page.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]")).to_have_count(1)


def test_by_the_keyboard_alone(site_without_workers, protocols, ana, log_in):
    page = log_in(site_without_workers, ana, "/protocols/")
    page.get_by_label(f"Elegir {protocols[-1].temporary_code}", exact=True).focus()
    page.keyboard.press("Space")
    counts(page, "1 elegido")
    button = page.get_by_role("button", name=RECEIVE)
    for _step in range(200):
        if button.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Se hará con 1 protocolo")).to_be_visible()


def test_counts_follow_what_is_chosen_and_searched(site_without_workers, protocols, ana, log_in):
    page = log_in(site_without_workers, ana, "/protocols/?status=submitted", **PHONE)
    button = page.get_by_role("button", name=RECEIVE)
    expect(button).to_be_disabled()
    page.locator("input[name=ids]").first.check()
    page.locator("input[name=ids]").nth(3).check()
    counts(page, "2 elegidos")
    page.get_by_label("Todos los de esta página").locator("visible=true").check()
    counts(page, "25 elegidos")
    page.get_by_label("Todos los que coinciden con este filtro").check()
    counts(page, "Todos elegidos")
    page.fill("#id_q", "Rocinante")
    expect(page.locator("input[name=ids]")).to_have_count(1)
    expect(button).to_be_disabled()
    page.get_by_label("Todos los que coinciden con este filtro").check()
    button.click()
    expect(page.get_by_role("heading", name="Se hará con 1 protocolo")).to_be_visible()
    page.go_back()
    expect(page.locator("input[name=ids]")).to_have_count(1)
