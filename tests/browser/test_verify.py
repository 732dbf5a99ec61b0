"""Verifying in a browser: by the keyboard alone, and by hand where the page cannot compare."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

# What a browser lacks on a page that did not come over a secure connection.
INSECURE = "Object.defineProperty(window.Crypto.prototype, 'subtle', { value: undefined })"


@pytest.fixture
def report(buckets, paula):
    factories.laboratory()
    return factories.archived_report(paula.staff_member.pathologist)


def test_code_is_typed_and_a_file_chosen_with_the_keyboard_alone(site_without_workers, report, visit):
    page = visit(site_without_workers)
    # From the start: one that opens before the browser was told to hand it over is handed to nobody.
    page.on("filechooser", lambda chooser: None)
    page.goto("/verify/")
    page.get_by_label("Código impreso en el informe").focus()
    code = report.verification_code.lower()
    page.keyboard.type(f"{code[:4]} {code[4:8]}-{code[8:]}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Auténtico")).to_be_visible()
    # The heading comes before the script has shown the field, and what is hidden takes no focus.
    expect(page.locator("[data-drop]")).to_be_visible()
    page.get_by_label("Elegir el archivo").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(files=[{"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"}])
    expect(page.get_by_text("No es el archivo que emitimos.")).to_be_visible()


def test_insecure_page_says_how_to_compare_by_hand(site_without_workers, report, visit):
    page = visit(site_without_workers, once=True)
    page.add_init_script(INSECURE)
    page.goto(f"/verify/{report.verification_token}/")
    expect(page.get_by_text("sha256sum")).to_be_visible()
    expect(page.get_by_text("certutil -hashfile")).to_be_visible()
    expect(page.get_by_text("shasum -a 256")).to_be_visible()
    expect(page.locator("[data-drop]")).to_be_hidden()


def test_page_without_javascript_says_how_to_compare_by_hand(site_without_workers, report, visit):
    page = visit(site_without_workers, java_script_enabled=False)
    page.goto(f"/verify/{report.verification_token}/")
    expect(page.get_by_text("sha256sum")).to_be_visible()
    expect(page.locator("[data-drop]")).to_be_hidden()
