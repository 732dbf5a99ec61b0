"""A vet's way on a phone: sign up, say who one is, write a protocol that saves itself, submit it."""

import re

import pytest
from playwright.sync_api import expect

from lims.models import Delivery, Protocol, User, Veterinarian
from lims.services.people.account_mail import verification_path
from tests import factories
from tests.browser.holding import LONG, PHONE, check, look
from tests.submitting import complete_draft

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "un-perro-con-sombrero"


@pytest.fixture
def vet(bruno):
    return factories.verify(bruno)


def test_from_signing_up_to_a_submitted_cytology_in_english(site_without_workers, visit):
    page = visit(site_without_workers, **PHONE)
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Registrarse como veterinario").click()
    page.get_by_label("Correo electrónico").fill("eva@lab.test")
    page.get_by_label("Idioma").select_option("en")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    look(page)
    page.get_by_role("button", name="Registrarse").click()
    page.get_by_role("heading", name="Revisar el correo").wait_for()
    check(page)
    # What the mail leads to.
    page.goto(verification_path(Delivery.objects.get()))
    check(page)
    page.get_by_role("button", name="Sí, verificarla").click()
    page.get_by_role("heading", name="My profile").wait_for()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".field-error").first).to_be_visible()
    look(page)
    for label, value in (("First names", "Eva"), ("Last names", "Paz"), ("Professional licence", "MP 1")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("The laboratory verifies your profile.").wait_for()
    page.get_by_role("button", name="Cytology").click()
    page.get_by_label(re.compile("Animal's name")).fill("Mora")
    page.get_by_label(re.compile("Species")).fill("Canine")
    page.get_by_label(re.compile("Site")).fill("Lymph node, popliteal")
    page.get_by_role("button", name="Review and submit").click()
    page.get_by_text("Before it can be submitted:").wait_for()
    check(page)
    factories.verify(User.objects.get(email="eva@lab.test"))
    page.reload()
    page.get_by_role("button", name="Submit to the laboratory").click()
    page.get_by_text("Submitted as TMP-CT-").wait_for()
    page.get_by_role("link", name="Submission sheet").click()
    page.get_by_role("heading", name="Submission sheet").wait_for()
    check(page)
    assert Veterinarian.objects.get().protocols.get().status == "submitted"


def test_draft_saves_itself_adds_rows_and_knows_patients_of_before(site_without_workers, vet, log_in):
    complete_draft(vet, animal="Toto", owner_last_names="Gómez")
    page = log_in(site_without_workers, vet, "/protocols/", **PHONE)
    page.get_by_role("button", name="Histopatología").click()
    page.get_by_label(re.compile("Nombre o identificación")).fill("tot")
    page.get_by_role("button", name="Toto").click()
    expect(page.get_by_label(re.compile("^Especie"))).to_have_value("Canino")
    page.get_by_role("button", name="Otro espécimen").click()
    page.locator("[name='specimen-0-site']").fill("Piel")
    page.locator("[name='specimen-1-site']").fill("Bazo")
    draft = Protocol.objects.filter(lock_version=1).get()
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-saving-text]")).to_have_text(re.compile(r"\d"))
    assert list(draft.specimens.values_list("label", "site")) == [("A", "Piel"), ("B", "Bazo")]
    look(page)
    page.locator("[name='specimen-1-label']").fill("A")
    page.get_by_text("Otro espécimen tiene este rótulo.").wait_for()
    check(page)
    page.locator("[data-remove-specimen]").last.click()
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "saved")
    assert list(draft.specimens.values_list("label", "site")) == [("A", "Piel")]
    # Another window saves meanwhile: this one is told, keeps its text, and shows both.
    Protocol.objects.filter(pk=draft.pk).update(animal="Otro", lock_version=9)
    page.get_by_label("Raza").fill("Mestizo")
    page.get_by_role("button", name="Comparar con lo guardado").click()
    page.get_by_text("Guardado mientras tanto:").first.wait_for()
    expect(page.get_by_label("Raza")).to_have_value("Mestizo")
    check(page)


def test_pages_of_submissions(site_without_workers, bruno, carla, ana, log_in):
    """A draft with everything long, and what the laboratory sees of vets."""
    Veterinarian.objects.filter(user=carla).update(first_names="x" * 100, clinic=LONG[:200])
    draft = complete_draft(factories.verify(bruno), rows=2, animal=LONG[:200], breed="x" * 100)
    page = log_in(site_without_workers, bruno, "")
    for path in ("/profile/", f"/protocols/{draft.pk}/edit/", f"/protocols/{draft.pk}/"):
        check(page, path)
    page = log_in(site_without_workers, ana, "")
    look(page, "/veterinarians/?q=nada")
    for path in ("/veterinarians/", f"/veterinarians/{carla.veterinarian.pk}/"):
        check(page, path)
