"""What is typed into a draft is neither lost nor put over another window's, whatever breaks in between."""

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Request, Route, expect

from lims.models import Report, ReportImage, User
from lims.services.reports.content import Content
from lims.services.reports.drafts import save_draft
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.browser.desk import WIDE, opened, saving, would_ask_before_leaving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("buckets")]


@pytest.fixture
def desk(site_without_workers, paula, draft, log_in) -> Iterator[Page]:
    yield from opened(log_in(site_without_workers, paula, "", **WIDE), draft)


def comments(desk: Page) -> Locator:
    return desk.get_by_label("Comentarios", exact=True)


def stored(draft: Report) -> str:
    draft.refresh_from_db()
    return draft.comments


def is_save(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/write/")


def saved_without_an_answer(desk: Page, text: str) -> Route:
    """Type, let the server save it, and keep the browser waiting for the answer."""
    held: list[Route] = []
    desk.route("**/write/", lambda route: held.append(route), times=1)
    comments(desk).fill(text)
    while not held:
        desk.wait_for_timeout(20)
    assert held[0].fetch().ok
    return held[0]


def change_account(page: Page, user: User) -> None:
    page.goto("/accounts/logout/")
    page.click("main button[type=submit]")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.get_by_role("button", name="Mi cuenta").wait_for()


def test_lost_connection_is_told_and_the_text_saved_when_it_is_back(desk, draft):
    desk.context.set_offline(True)
    desk.get_by_label("Comentarios", exact=True).fill("sin red")
    expect(saving(desk)).to_contain_text("Sin conexión: se reintenta")
    assert would_ask_before_leaving(desk)
    desk.get_by_label("Comentarios", exact=True).press_sequentially(", y más")
    desk.context.set_offline(False)
    expect(saving(desk)).to_contain_text("Guardado")
    draft.refresh_from_db()
    assert "y más" in draft.comments and "sin red" in draft.comments


def test_server_that_restarts_loses_no_text(desk, draft):
    desk.route("**/write/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    desk.get_by_label("Comentarios", exact=True).fill("durante el reinicio")
    expect(saving(desk)).to_contain_text("Sin conexión: se reintenta")
    desk.unroute("**/write/")
    expect(saving(desk)).to_contain_text("Guardado")
    draft.refresh_from_db()
    assert draft.comments == "durante el reinicio"


def test_ended_session_keeps_the_text_until_the_next_login(desk, draft, paula):
    Session.objects.all().delete()
    desk.get_by_label("Comentarios", exact=True).fill("sin sesión")
    expect(desk.get_by_role("alert")).to_contain_text("Ingresar de nuevo en otra pestaña")
    with desk.context.expect_page() as other:
        desk.get_by_role("link", name="Ingresar en otra pestaña").click()
    other.value.fill("input[name=login]", paula.email)
    other.value.fill("input[name=password]", factories.PASSWORD)
    other.value.click("main button[type=submit]")
    desk.bring_to_front()
    expect(saving(desk)).to_contain_text("Guardado")
    expect(desk.get_by_role("alert")).to_be_hidden()
    draft.refresh_from_db()
    assert draft.comments == "sin sesión"


def test_second_tab_is_told_compares_and_decides(desk, draft, paula):
    save_draft(paula, draft.pk, draft.lock_version, Content({"comments": "lo de la otra pestaña"}))
    desk.get_by_label("Comentarios", exact=True).fill("lo mío")
    expect(desk.get_by_role("alert")).to_contain_text("No se sobrescribió nada")
    desk.get_by_role("button", name="Comparar con lo guardado").click()
    expect(desk.get_by_text("Guardado mientras tanto:")).to_be_visible()
    expect(desk.get_by_label("Comentarios", exact=True)).to_have_value("lo mío")
    # Typing on saves nothing by itself here: to replace the other text is a decision.
    desk.get_by_label("Comentarios", exact=True).fill("lo mío y lo de la otra")
    draft.refresh_from_db()
    assert draft.comments == "lo de la otra pestaña"
    desk.get_by_role("button", name="Guardar").click()
    expect(saving(desk)).to_contain_text("Guardado")
    draft.refresh_from_db()
    assert draft.comments == "lo mío y lo de la otra"


def test_regained_signal_and_previews_replace_nothing_before_a_decision(desk, draft, paula):
    save_draft(paula, draft.pk, draft.lock_version, Content({"comments": "lo de la otra pestaña"}))
    comments(desk).fill("lo mío")
    desk.get_by_role("button", name="Comparar con lo guardado").click()
    expect(desk.get_by_text("Guardado mientras tanto:")).to_be_visible()
    saves: list[str] = []
    desk.on("request", lambda request: is_save(request) and saves.append(request.url))
    desk.evaluate("dispatchEvent(new Event('online'))")
    with desk.expect_response("**/pdf/?drawn=1"):
        desk.get_by_role("link", name="Vista previa").click()
    with desk.expect_response("**/pdf/?drawn=2"):
        desk.keyboard.press("Control+Enter")
    assert (saves, stored(draft)) == ([], "lo de la otra pestaña")
    assert would_ask_before_leaving(desk)
    desk.keyboard.press("Control+s")
    expect(saving(desk)).to_contain_text("Guardado")
    assert stored(draft) == "lo mío"


def test_lost_answer_is_no_conflict(desk, draft):
    answer = saved_without_an_answer(desk, "uno")
    comments(desk).fill("uno y dos")
    answer.abort()
    expect(saving(desk)).to_contain_text("Guardado")
    before = draft.lock_version
    assert (stored(draft), draft.lock_version) == ("uno y dos", before + 2)


def test_text_that_was_taken_back_after_a_lost_answer_is_taken_back_on_the_server_too(desk, draft):
    before = draft.comments
    answer = saved_without_an_answer(desk, "una equivocación")
    comments(desk).fill(before)
    answer.abort()
    expect(saving(desk)).to_contain_text("Guardado")
    assert stored(draft) == before


@pytest.mark.parametrize("name", ["ana", "bruno"])
def test_somebody_elses_login_in_between_does_not_end_saving(desk, draft, paula, name, request):
    other = desk.context.new_page()
    change_account(other, request.getfixturevalue(name))
    comments(desk).fill("con otra cuenta")
    expect(desk.get_by_role("alert")).to_contain_text("No se pierde nada")
    expect(desk.get_by_role("link", name="Cambiar de cuenta en otra pestaña")).to_be_visible()
    expect(saving(desk)).to_contain_text("esta cuenta no puede escribirlo")
    change_account(other, paula)
    desk.bring_to_front()
    expect(saving(desk)).to_contain_text("Guardado")
    expect(desk.get_by_role("alert")).to_be_hidden()
    assert stored(draft) == "con otra cuenta"


def test_text_that_the_server_does_not_take_is_told_and_tried_again_once_changed(desk, draft):
    desk.route("**/write/", lambda route: route.fulfill(status=413, body="Too large"))
    comments(desk).fill("demasiado")
    expect(desk.get_by_role("alert")).to_contain_text("Copiar el texto a un lugar seguro")
    assert would_ask_before_leaving(desk)
    desk.unroute("**/write/")
    comments(desk).fill("menos")
    expect(saving(desk)).to_contain_text("Guardado")
    assert stored(draft) == "menos"


def test_draft_that_was_finalized_elsewhere_stays_closed(desk, draft, paula):
    finalize_report(paula, draft.pk)
    comments(desk).fill("tarde")
    expect(saving(desk)).to_have_attribute("data-state", "closed")
    desk.get_by_role("button", name="Guardar").click()
    expect(saving(desk)).to_have_attribute("data-state", "closed")


def test_going_back_shows_what_was_saved_last(desk, draft):
    ReportImage.objects.create(report=draft, position=0, state="failed")
    desk.reload()
    # Saving the text would have the browser forget the page, whose address it has; this has one of its own.
    with desk.expect_response("**/images/*/"):
        desk.get_by_label("Epígrafe").fill("Mastocitos")
    expect(saving(desk)).to_have_attribute("data-state", "saved")
    desk.goto("/reports/to-write/")
    desk.go_back()
    expect(desk.get_by_label("Epígrafe")).to_have_value("Mastocitos")


def test_what_the_paper_cannot_print_is_told_beside_its_field_at_once(desk):
    comments(desk).fill("Vaca 🐮")
    beside = desk.locator("[data-field=comments]")
    expect(beside).to_contain_text("en lugar de 🐮")
    expect(desk.get_by_role("status").filter(has_text="🐮")).to_have_count(1)
    comments(desk).fill("Vaca")
    expect(beside).not_to_contain_text("en lugar de")


def test_preview_that_is_refused_says_so_and_is_tried_again(desk, draft):
    lost = ReportImage.objects.create(
        report=draft, position=0, state="ready", sha256="0" * 64, width_px=1, height_px=1
    )
    desk.get_by_role("link", name="Vista previa").click()
    frame = desk.frame_locator("[data-preview] iframe")
    expect(frame.get_by_text("Sin vista previa por el momento")).to_be_visible()
    lost.delete()
    with desk.expect_response("**/pdf/?drawn=1") as answer:
        frame.get_by_role("link", name="Volver a intentar").click()
    assert answer.value.headers["content-type"] == "application/pdf"
