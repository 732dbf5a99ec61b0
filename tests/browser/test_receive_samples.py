"""Reception by keyboard alone, as a scanner types: one sample, a rejected one, and a batch."""

import re

import pytest
from playwright.sync_api import Page, expect

from lims.models import HistopathologySample, Operation, Protocol, ScannedSample
from tests import factories
from tests.operating import submitted, work

pytestmark = pytest.mark.django_db(transaction=True)

FIELD = re.compile("Escanear o escribir un código|Scan or type a code")


@pytest.fixture
def samples(bruno) -> list[Protocol]:
    made = submitted(5, [bruno.veterinarian], kind="histopathology")
    for number, protocol in enumerate(made):
        protocol.temporary_code = f"TMP-HP-20261123-{number + 1:03d}"
        protocol.save()
        HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    return made


def at_counter(page: Page, path: str = "/reception/") -> None:
    """Open a page that takes scans, and wait until it does: what comes before is typed into nothing."""
    page.goto(path)
    expect(page.get_by_role("textbox", name=FIELD)).to_be_focused()


def scan(page: Page, code: str) -> None:
    """Type as a scanner does: at once, wherever the cursor is, with Enter at the end."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def tab_to(page: Page, name: str) -> None:
    """Go on with the tabulator until the focus is on what is called so."""
    for _step in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if name in (focused.inner_text() or "") or name == focused.get_attribute("aria-label"):
            return
    raise AssertionError(f"no way by keyboard to {name}")


def status(protocol: Protocol) -> tuple:
    protocol.refresh_from_db()
    return protocol.status, protocol.sample_condition


def test_by_keyboard_alone_a_sample_is_received_another_rejected_and_the_rest_in_a_batch(
    site_without_workers, samples, ana, log_in
):
    page = log_in(site_without_workers, ana, "")
    receive_one(page, samples[0])
    reject_one(page, samples[1])
    receive_rest(page, samples[2:])


def receive_one(page: Page, sample: Protocol) -> None:
    at_counter(page)
    scan(page, "tmp'hp'20261123'001")
    expect(page.get_by_label("Frascos recibidos")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Frascos: 2 declarados, 1 recibidos.")).to_be_visible()
    assert status(sample) == ("received", "acceptable")
    expect(page.get_by_role("link", name=sample.number)).to_be_visible()
    # The next one can be scanned at once.
    expect(page.get_by_label("Escanear o escribir un código")).to_be_focused()
    tab_to(page, "Imprimir su etiqueta")


def reject_one(page: Page, sample: Protocol) -> None:
    at_counter(page)
    scan(page, sample.temporary_code)
    expect(page.get_by_label("Frascos recibidos")).to_be_focused()
    tab_to(page, "Rechazar esta muestra")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Sin fijador")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Se rechazó {sample.temporary_code}")).to_be_visible()
    assert status(sample) == ("rejected", "rejected")


def receive_rest(page: Page, rest: list[Protocol]) -> None:
    number = factories.ProtocolFactory(number="HP 26/777").number
    at_counter(page, "/reception/batch/")
    told = page.locator("#scan-message")
    # Faster than the laboratory answers; what does not belong is flagged between them.
    for code in (rest[0].temporary_code, "7790001234567", rest[1].temporary_code, number):
        scan(page, code)
    expect(told).to_contain_text(f"{number}: ")
    expect(told).to_have_attribute("data-tone", "error")
    scan(page, rest[1].temporary_code)
    expect(told).to_have_text(f"{rest[1].temporary_code}: ya está en este lote.")
    expect(told).to_have_attribute("data-tone", "warning")
    page.reload()
    expect(page.get_by_role("textbox", name=FIELD)).to_be_focused()
    scan(page, rest[2].temporary_code)
    expect(told).to_have_attribute("data-tone", "success")
    expect(page.get_by_role("heading", name="3 muestras en este lote")).to_be_visible()
    expect(page.get_by_label("Escanear o escribir un código")).to_be_focused()
    tab_to(page, "Recibir 3 muestras")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/operations/\d+/"))
    work(Operation.objects.get())
    assert {status(sample)[0] for sample in rest} == {"received"}
    page.goto("/reception/batch/")
    tab_to(page, "Imprimir sus 3 etiquetas")


def test_what_is_scanned_while_the_laboratory_does_not_answer_is_kept_and_sent_again(
    site_without_workers, samples, ana, log_in
):
    page = log_in(site_without_workers, ana, "")
    at_counter(page, "/reception/batch/")
    page.context.set_offline(True)
    scan(page, samples[0].temporary_code)
    scan(page, samples[1].temporary_code)
    expect(page.locator("#scan-message")).to_contain_text("El laboratorio no responde.")
    expect(page.locator("#scan-message")).to_contain_text(samples[1].temporary_code)
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="2 muestras en este lote")).to_be_visible()
    assert list(ScannedSample.objects.order_by("pk").values_list("protocol", flat=True)) == [
        samples[0].pk,
        samples[1].pk,
    ]


def test_what_is_scanned_after_the_session_ended_is_kept_until_one_is_logged_in_again(
    site_without_workers, samples, ana, log_in
):
    page = log_in(site_without_workers, ana, "")
    page.goto("/reception/batch/")
    page.context.clear_cookies(name="sessionid")
    scan(page, samples[0].temporary_code)
    expect(page.locator("#scan-message")).to_contain_text("Volver a ingresar en otra pestaña")
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.fill("input[name=login]", ana.email)
    other.fill("input[name=password]", factories.PASSWORD)
    other.click("main button[type=submit]")
    expect(page.get_by_role("heading", name="1 muestra en este lote")).to_be_visible()
