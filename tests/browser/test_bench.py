"""The bench, by keyboard and scanner alone: from what was received to what is ready."""

import pytest
from playwright.sync_api import Page, expect

from lims.models import CassetteStage, Protocol, Slide, Specimen
from lims.models.processing import Stage
from lims.services.bench.cassettes import NewCassette, add_cassettes
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def received() -> Protocol:
    protocol = factories.ProtocolFactory(status="received", number="HP 26/123")
    for label in "AB":
        Specimen.objects.create(protocol=protocol, label=label, site="Piel")
    return protocol


def test_tissue_goes_all_the_way_with_enter_on_what_is_next(site_without_workers, ana, log_in):
    protocol = received()
    page = log_in(site_without_workers, ana, f"/protocols/{protocol.pk}/processing/")
    enter(page, "Crear casetes", "Se crearon 2 casetes.")
    for stage in Stage:
        # What waits for the next step is chosen already.
        enter(page, str(stage.label), f"{stage.label}: 2 marcados.")
    enter(page, "Crear un preparado de cada uno", "Se crearon 2.")
    for step, message in (("Montado", "Montado"), ("Teñido", "Teñido"), ("Evaluar", "Evaluado")):
        enter(page, step, f"{message}: 2 marcados.")
    enter(page, "Listo para informar", "HP 26/123 está listo para informar.")
    protocol.refresh_from_db()
    assert protocol.status == "ready"
    assert CassetteStage.objects.filter(by=ana).count() == 8
    assert set(Slide.objects.values_list("quality", flat=True)) == {"good"}


def test_a_scanner_chooses_on_the_list(site_without_workers, ana, log_in):
    add_cassettes(ana, received().pk, [NewCassette()] * 4)
    page = log_in(site_without_workers, ana, "/processing/?stage=cassetting")
    search = page.get_by_label("Buscar o escanear una etiqueta")
    search.focus()
    for code in ("HP 26/123-C3", "hp 26/123-c1", "HP 26/123-C3"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(search).to_have_value("")
    expect(page.locator("[data-chosen]")).to_have_text("2 elegidos")
    expect(page.locator("[data-scanned]")).to_have_text("HP 26/123-C3 queda elegido.")
    button = page.locator("button[name=step]")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 marcados.")).to_be_visible()
    marked = CassetteStage.objects.values_list("cassette__code", flat=True)
    assert sorted(marked) == ["HP 26/123-C1", "HP 26/123-C3"]


def enter(page: Page, button: str, message: str) -> None:
    """Press Enter on the page's primary button of this name, and wait for what the next page tells."""
    wanted = page.locator(".btn-primary", has_text=button)
    wanted.focus()
    # The page that is left may tell the same of the step before.
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    expect(page.locator(".notice-success", has_text=message).first).to_be_visible()
