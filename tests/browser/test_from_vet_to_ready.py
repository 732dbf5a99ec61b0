"""One sample of each kind from the vet's registration to the pathologist's desk, each in one language.

The vet has a phone; whoever receives has a keyboard and a scanner, which types.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from lims.models import Delivery, Protocol, ProtocolStatus
from lims.services.people.account_mail import verification_path
from tests.browser.holding import PHONE, check, look
from tests.browser.test_bench import enter
from tests.browser.test_receive_samples import at_counter, scan

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "un-perro-con-sombrero"
SPANISH = {
    "kind": "Histopatología",
    "profile": {"Nombres": "Eva", "Apellidos": "Paz", "Matrícula profesional": "MP 1"},
    "go on": "Guardar y seguir",
    "draft": {"Nombre o identificación": "Mora", "Especie": "Canino", "Sitio": "Piel, flanco"},
    "review": "Revisar y enviar",
    "not verified": "Antes de enviarlo:",
    "verify": "Verificar",
    "submit": "Enviar al laboratorio",
    "submitted": "TMP-HP-",
    "count": "Frascos recibidos",
    "ready": "Listo para informar",
}
ENGLISH = {
    "kind": "Cytology",
    "profile": {"First names": "Eva", "Last names": "Paz", "Professional licence": "MP 1"},
    "go on": "Save and go on",
    "draft": {"Animal's name": "Mora", "Species": "Canine", "Site": "Lymph node, popliteal"},
    "review": "Review and submit",
    "not verified": "Before it can be submitted:",
    "verify": "Verify",
    "submit": "Submit to the laboratory",
    "submitted": "TMP-CT-",
    "count": "Slides received",
    "ready": "Ready to be reported",
}
TISSUE = ("Crear casetes", "Encasetado", "Fijación", "Inclusión", "Entacado")
TISSUE_SLIDES = ("Crear un preparado de cada uno", "Montado", "Teñido", "Evaluar")
CELLS = ("Make slides", "Stained", "Judge")


@pytest.mark.parametrize(
    ("language", "words", "steps"), [("es", SPANISH, (*TISSUE, *TISSUE_SLIDES)), ("en", ENGLISH, CELLS)]
)
def test_sample_comes_to_the_pathologists_desk(
    site_without_workers, visit, log_in, ana, language, words, steps
):
    ana.language = language
    ana.save()
    vet = sign_up(visit(site_without_workers, **PHONE), language, words)
    staff = log_in(site_without_workers, ana, "")
    code = submit(vet, staff, words)
    sample = receive(staff, code, words)
    process(staff, sample, steps, words["ready"])
    assert Protocol.objects.get().status == ProtocolStatus.READY
    vet.goto(f"/protocols/{sample.pk}/")
    expect(vet.get_by_role("heading", name=sample.number)).to_be_visible()
    look(vet)


def sign_up(page: Page, language: str, words: dict) -> Page:
    page.goto("/accounts/signup/")
    # Of each its own: an address is sent one such mail in three minutes, which outlives a test.
    page.locator("input[type=email]").fill(f"eva-{language}@lab.test")
    page.locator("select[name=language]").select_option(language)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile("confirm-email"))
    look(page)
    page.goto(verification_path(Delivery.objects.get()))
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/profile/")
    for label, value in words["profile"].items():
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    look(page)
    page.get_by_role("button", name=words["go on"]).click()
    return page


def submit(page: Page, staff: Page, words: dict) -> str:
    """Write a draft, learn what it still lacks, have the vet verified, and send it."""
    page.get_by_role("button", name=words["kind"]).click()
    for label, value in words["draft"].items():
        page.get_by_label(re.compile(f"^{label}")).first.fill(value)
    look(page)
    page.get_by_role("button", name=words["review"]).click()
    expect(page.get_by_text(words["not verified"])).to_be_visible()
    verify(staff, words["verify"])
    page.reload()
    page.get_by_role("button", name=words["submit"]).click()
    expect(page.get_by_role("heading", name=words["submitted"])).to_be_visible()
    look(page)
    return page.get_by_role("heading", level=1).inner_text()


def verify(staff: Page, button: str) -> None:
    staff.goto("/veterinarians/")
    with staff.expect_event("load"):
        staff.get_by_role("link", name="Eva Paz").first.click()
    look(staff)
    staff.get_by_role("button", name=button, exact=True).click()
    expect(staff.locator(".notice-success").first).to_be_visible()


def receive(page: Page, code: str, words: dict) -> Protocol:
    """Scan, count, and confirm: no hand leaves the keyboard."""
    at_counter(page)
    scan(page, code)
    expect(page.get_by_label(words["count"])).to_be_focused()
    look(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="/001").first).to_be_visible()
    look(page)
    return Protocol.objects.get(temporary_code=code)


def process(page: Page, sample: Protocol, steps: tuple[str, ...], ready: str) -> None:
    page.goto(f"/protocols/{sample.pk}/processing/")
    for step in steps:
        enter(page, step, "")
    check(page)
    enter(page, ready, sample.number)
