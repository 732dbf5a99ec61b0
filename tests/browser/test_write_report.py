"""A pathologist at her desk, in a real browser: she writes, inserts, illustrates, looks, and signs."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from lims.models import Report, ReportImage
from lims.services.reports.phrases import add_phrase
from tests import factories
from tests.browser.desk import WIDE, opened, saving, would_ask_before_leaving
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("buckets")]


@pytest.fixture
def desk(site_without_workers, paula, draft, log_in) -> Iterator[Page]:
    """The writing page of the draft; what the browser complains of fails the test."""
    yield from opened(log_in(site_without_workers, paula, "", **WIDE), draft)


@pytest.fixture
def desk_with_workers(site, paula, draft, log_in) -> Iterator[Page]:
    yield from opened(log_in(site, paula, "", **WIDE), draft)


def picture(colour: str, file_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(buffer, file_format)
    return buffer.getvalue()


def upload(page: Page, *names: str) -> None:
    files = [{"name": name, "mimeType": "image/png", "buffer": picture(name.split(".")[0])} for name in names]
    page.set_input_files("input[type=file]", files)


def test_what_is_typed_is_saved_by_itself_and_found_again(desk, draft):
    desk.get_by_label("Comentarios", exact=True).fill("Se ve µ ≥ 3, <5/10 HPF")
    expect(saving(desk)).to_contain_text("Guardado")
    expect(saving(desk)).to_have_attribute("data-state", "saved")
    expect(saving(desk)).to_have_attribute("data-seen", "")
    desk.get_by_role("button", name="Fila sinóptica").first.click()
    desk.keyboard.type("Grado")
    desk.keyboard.press("Tab")
    desk.keyboard.type("II")
    assert would_ask_before_leaving(desk)
    desk.keyboard.press("Control+s")
    expect(saving(desk)).to_have_attribute("data-state", "saved")
    assert not would_ask_before_leaving(desk)
    desk.reload()
    expect(desk.get_by_label("Comentarios", exact=True)).to_have_value("Se ve µ ≥ 3, <5/10 HPF")
    expect(desk.get_by_label("Respuesta")).to_have_value("II")
    assert draft.diagnoses.first().synoptic == [{"element": "Grado", "answer": "II"}]


def test_phrase_is_found_and_inserted_at_the_cursor_by_keys_alone(desk, draft, paula, alma):
    add_phrase(alma, "Márgenes libres", "Los márgenes están libres.")
    add_phrase(paula, "Otra", "No es esta.")
    area = desk.get_by_label("Comentarios", exact=True)
    area.fill("Antes. Después.")
    area.press("Home")
    for _step in range(7):
        desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("option")).to_have_count(2)
    desk.keyboard.type("margenes")
    expect(desk.get_by_role("option")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(area).to_have_value("Antes. Los márgenes están libres.Después.")
    expect(area).to_be_focused()
    desk.keyboard.press("Control+z")
    expect(area).to_have_value("Antes. Después.")
    # Or the page would still be saving while the next test's database is emptied.
    expect(saving(desk)).to_contain_text("Guardado")


def test_images_are_uploaded_described_and_ordered_by_keys(desk_with_workers, draft):
    desk = desk_with_workers
    upload(desk, "plum.png", "pink.png")
    cards = desk.locator("[data-image]")
    expect(desk.locator("[data-image][data-state=ready]")).to_have_count(2)
    for image in cards.locator("img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 0
    cards.first.get_by_label("Epígrafe").fill("Mastocitos, vista general")
    first, second = draft.images.values_list("pk", flat=True)
    desk.get_by_role("button", name="Bajar la imagen 1").focus()
    with desk.expect_response("**/images/order/"):
        desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Bajar la imagen 2")).to_be_focused()
    expect(saving(desk)).to_have_attribute("data-state", "saved")
    assert list(draft.images.values_list("pk", flat=True)) == [second, first]
    assert ReportImage.objects.get(pk=first).caption == "Mastocitos, vista general"
    desk.get_by_role("button", name="Quitar la imagen 1").click()
    desk.get_by_role("button", name="Quitar", exact=True).click()
    expect(cards).to_have_count(1)
    assert list(draft.images.values_list("pk", flat=True)) == [first]


def test_image_is_dragged_to_another_place(desk_with_workers, draft):
    desk = desk_with_workers
    upload(desk, "plum.png", "pink.png")
    expect(desk.locator("[data-image][data-state=ready]")).to_have_count(2)
    first, second = draft.images.values_list("pk", flat=True)
    with desk.expect_response("**/images/order/"):
        desk.locator("[data-drag]").first.drag_to(desk.locator("[data-image]").last)
    assert list(draft.images.values_list("pk", flat=True)) == [second, first]


def test_what_is_no_image_is_told_and_the_others_are_kept(desk_with_workers, draft):
    desk = desk_with_workers
    files = [("x.png", b"nothing"), ("plum.png", picture("plum"))]
    desk.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "image/png", "buffer": content} for name, content in files],
    )
    expect(desk.get_by_text("No es una imagen PNG o JPEG")).to_be_visible()
    expect(desk.locator("[data-image][data-state=ready]")).to_have_count(1)


def test_preview_is_drawn_beside_the_text_and_again_after_a_save(desk):
    with desk.expect_response("**/pdf/?drawn=1") as first:
        desk.get_by_role("link", name="Vista previa").click()
    assert first.value.headers["content-type"] == "application/pdf"
    expect(desk.locator("[data-preview] iframe")).to_be_visible()
    desk.get_by_label("Comentarios", exact=True).fill("nuevo texto")
    with desk.expect_response("**/pdf/?drawn=2"):
        desk.keyboard.press("Control+s")
    expect(desk.locator("[data-preview]")).to_have_attribute("data-drawn", "2")
    expect(desk.locator("[data-preview] iframe")).to_have_count(1)
    with desk.expect_response("**/pdf/?drawn=3"):
        desk.keyboard.press("Control+Enter")
    desk.get_by_role("button", name="Cerrar la vista previa").click()
    expect(desk.locator("[data-preview]")).to_be_hidden()


def test_session_that_ended_is_told_where_the_preview_would_be(desk):
    desk.context.clear_cookies()
    desk.get_by_role("link", name="Vista previa").click()
    told = desk.frame_locator("[data-preview] iframe").get_by_text("La sesión terminó.")
    expect(told).to_be_visible()


def test_finalize_shows_what_is_missing_where_and_then_signs(desk, draft):
    row = draft.diagnoses.last()
    desk.locator(f"[name=diagnosis-{row.pk}]").fill("")
    desk.get_by_role("button", name="Finalizar", exact=True).click()
    expect(desk.locator(f"[data-field=diagnosis-{row.pk}]")).to_contain_text("Falta escribir el diagnóstico")
    expect(desk.locator(f"[name=diagnosis-{row.pk}]")).to_be_focused()
    desk.keyboard.type("Histiocitoma")
    desk.get_by_role("button", name="Finalizar", exact=True).click()
    expect(desk.get_by_role("dialog")).to_contain_text("Paula Rivas")
    desk.get_by_role("button", name="Firmar y finalizar").click()
    desk.wait_for_url(f"**/reports/{draft.pk}/")
    draft.refresh_from_db()
    assert draft.status == "finalized"
    assert draft.diagnoses.last().diagnosis == "Histiocitoma"


def test_without_javascript_a_report_is_written_and_signed(site_without_workers, paula, bruno, log_in):
    protocol = factories.ready_protocol(bruno.veterinarian)
    factories.laboratory()
    page = log_in(site_without_workers, paula, "/reports/to-write/", java_script_enabled=False)
    page.get_by_role("button", name=f"Empezar {protocol.number}").click()
    draft = Report.objects.get()
    page.get_by_label("Comentarios", exact=True).fill("x" * 10_001)
    page.locator(".desk-bar").get_by_role("button", name="Guardar").click()
    expect(page.locator("#id_comments_error")).to_be_visible()
    page.get_by_label("Comentarios", exact=True).fill("Sin script")
    page.locator(".synoptic-blank input").first.fill("Grado")
    page.locator(".synoptic-blank input").last.fill("II")
    page.locator("[name^=diagnosis-]").fill("Mastocitoma")
    page.get_by_role("button", name="Finalizar", exact=True).click()
    page.get_by_role("button", name="Firmar y finalizar").click()
    page.wait_for_url(f"**/reports/{draft.pk}/")
    draft.refresh_from_db()
    assert (draft.status, draft.comments) == ("finalized", "Sin script")
    assert draft.diagnoses.get().synoptic == [{"element": "Grado", "answer": "II"}]


def test_draft_is_discarded_from_its_page(desk):
    desk.get_by_text("Descartar este borrador").click()
    desk.get_by_role("button", name="Descartar el borrador").click()
    desk.wait_for_url("**/reports/to-write/")
    expect(desk.get_by_text("se descartó")).to_be_visible()
    assert not Report.objects.exists()


def test_what_is_typed_before_the_script_has_come_is_saved_too(site_without_workers, paula, draft, log_in):
    page = log_in(site_without_workers, paula, "", **WIDE)
    held: list[Route] = []
    page.route("**/saving*.js", lambda route: held.append(route))
    with page.expect_request("**/saving*.js"):
        page.goto(f"/reports/{draft.pk}/write/", wait_until="commit")
    page.locator("textarea[name=macroscopic]").fill("Escrito enseguida.")
    wait_until(lambda: held, "the script is asked for")
    held[0].continue_()
    expect(saving(page)).to_have_attribute("data-state", "saved")
    wait_until(lambda: Report.objects.get().macroscopic == "Escrito enseguida.", "the draft saves itself")


def test_untouched_draft_is_not_saved_by_opening_it(desk, draft):
    saves: list[str] = []
    desk.on("request", lambda request: request.method == "POST" and saves.append(request.url))
    desk.reload()
    expect(saving(desk)).to_have_attribute("data-state", "saved")
    # Whatever it would have to save, it saves before it may leave.
    desk.goto("/reports/to-write/")
    assert saves == []
