"""What holds for every page: accessible in light and dark, within a phone's width, nothing inline.

A template is checked once, in its fullest state; in its other states it is looked at.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Job
from lims.models import (
    Notification,
    NotificationKind,
    OperationItem,
    Protocol,
    Report,
    ReportHistory,
    ReportImage,
    RequestKind,
)
from lims.services.bench.cassettes import NewCassette, add_cassettes
from lims.services.bench.requests import Wish, request_more
from lims.services.labels.sheets import PARTS, make_sheet_of
from lims.services.operations import operations
from lims.services.reception.receiving import Received, receive_sample, reject_sample
from lims.services.reports.phrases import add_phrase
from lims.services.work_orders.work_orders import cancel_work_order, change_work_order
from tests import factories, operating
from tests.browser.holding import LONG, PHONE, check, look
from tests.lims.views.things import failed_delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders(ana, bruno):
    """A draft, an issued one with everything long, and a cancelled one."""
    vet = bruno.veterinarian
    issued = factories.issued_order(ana, vet, 3, billing_name=LONG[:200], observations=LONG)
    change_work_order(ana, issued.pk, issued.lock_version, billing_tax_id="20-12345678-6")
    cancelled = factories.issued_order(ana, vet)
    cancel_work_order(ana, cancelled.pk, LONG)
    return factories.draft_order(ana, vet, 2), issued, cancelled


@pytest.fixture
def reports(paula, ana, bruno):
    """A report in every state, with messages in theirs, everything long, and something to tell."""
    author, vet = paula.staff_member.pathologist, bruno.veterinarian
    factories.laboratory()

    def of(make, **fields):
        return make(author, factories.ready_protocol(vet, specimens=2, animal=LONG[:200]), **fields)

    made = {name: of(factories.archived_report) for name in ("issued", "superseded", "withdrawn")}
    made |= {name: of(factories.finalized_report) for name in ("finalized", "failed")}
    made["draft"] = of(factories.draft_report)
    made["second"] = factories.next_version(made["superseded"])
    withdrawn = {"status": "withdrawn", "withdrawn_at": timezone.now(), "withdrawal_reason": LONG}
    Report.objects.filter(pk=made["withdrawn"].pk).update(**withdrawn)
    Job.objects.filter(ref=str(made["failed"].pk)).update(state="failed", error_code="StoreError")
    for number, state in enumerate(("failed", "uncertain", "queued")):
        reader = factories.VeterinarianFactory().user
        failed_delivery(made["issued"], reader, state=state, response=LONG, message_id=f"<{number}@x>")
    for kind in NotificationKind:
        for user in (bruno, ana):
            Notification.objects.create(user=user, kind=kind, subject=LONG, path="/reports/")
    ReportHistory.objects.create(report=made["issued"], action="resent", by=ana, note=LONG)
    return made


def test_pages_before_the_login(site_without_workers, visit):
    page = visit(site_without_workers)
    look(page, "/accounts/login/")
    look(page, "/verify/nothing/")
    for path in ("/verify/", "/accounts/password/reset/", "/accounts/password/reset/done/"):
        check(page, path)
    check(page, "/accounts/signup/")
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "nobody@lab.test")
    page.fill("input[name=password]", "wrong")
    with page.expect_event("load"):
        page.click("main button[type=submit]")
    check(page)


def test_pages_of_a_vet(site_without_workers, orders, bruno, log_in):
    """With orders alone: the lists that have nothing to show, and the pages of an account."""
    page = log_in(site_without_workers, bruno, "")
    for path in ("/", "/reports/", "/reports/?q=nada", "/protocols/", "/protocols/?q=nada"):
        look(page, path)
    for path in ("/notifications/", f"/work-orders/{orders[2].pk}/"):
        look(page, path)
    for path in ("/work-orders/", "/work-orders/?q=nada", f"/work-orders/{orders[1].pk}/"):
        check(page, path)
    for path in ("email", "password/change", "2fa", "logout"):
        check(page, f"/accounts/{path}/")
    check(page, "/no-such-page/")
    page.get_by_role("button", name="Mi cuenta").click()
    check(page)


def test_report_pages_of_a_vet(site_without_workers, reports, bruno, log_in):
    page = log_in(site_without_workers, bruno, "")
    protocol = reports["issued"].protocol_id
    for name in ("superseded", "second", "withdrawn"):
        look(page, f"/reports/{reports[name].pk}/")
    paths = ("/", "/reports/", "/protocols/", "/notifications/", f"/protocols/{protocol}/")
    for path in (*paths, f"/reports/{reports['issued'].pk}/"):
        check(page, path)


def test_menu_of_a_phone(site_without_workers, bruno, log_in):
    page = log_in(site_without_workers, bruno, **PHONE)
    page.get_by_role("button", name="Menú").click()
    check(page)


def test_report_pages_of_the_laboratory(site_without_workers, reports, paula, ana, log_in):
    page = log_in(site_without_workers, ana, "")
    for path in ("/reports/", "/deliveries/?q=nada", "/notifications/"):
        look(page, path)
    for name, report in reports.items():
        # The fullest is the one that was issued; the one that could not be is a page of its own.
        hold = check if name in ("issued", "failed") else look
        hold(page, f"/reports/{report.pk}/")
    page.goto("/deliveries/")
    page.get_by_text("Enviar de nuevo").first.click()
    check(page)
    check(page, f"/reports/{reports['finalized'].pk}/pdf/")
    author = log_in(site_without_workers, paula, "")
    author.goto(f"/reports/{reports['issued'].pk}/")
    author.get_by_text("Retirar este informe").click()
    author.get_by_role("button", name="Retirar el informe").click()
    author.get_by_text("Indicar el motivo.").wait_for()
    check(author)


def test_pages_of_writing(site_without_workers, reports, bruno, paula, log_in):
    """The work list, the phrases, the last look, and the desk at rest, with a dialog and with mistakes."""
    draft = reports["draft"]
    factories.ready_protocol(bruno.veterinarian, animal=LONG)
    add_phrase(paula, LONG[:100], LONG)
    for place, state in enumerate(("preparing", "failed")):
        ReportImage.objects.create(
            report=draft, position=place, state=state, problem=LONG[:300], caption=LONG, filename=LONG
        )
    row = draft.diagnoses.first()
    row.synoptic = [{"element": LONG, "answer": LONG}]
    row.save()
    page = log_in(site_without_workers, paula, "")
    look(page, "/reports/to-write/?q=nada")
    for path in ("/reports/to-write/", "/phrases/", f"/reports/{draft.pk}/changes/"):
        check(page, path)
    look(page, f"/reports/{draft.pk}/write/")
    page.get_by_role("button", name="Frases").first.click()
    page.get_by_role("option").wait_for()
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Finalizar", exact=True).click()
    page.get_by_text("Esta imagen todavía se está preparando").wait_for()
    check(page)


def test_verification_in_each_state(site_without_workers, reports, visit):
    page = visit(site_without_workers)
    for name in ("issued", "superseded", "withdrawn"):
        look(page, f"/verify/{reports[name].verification_token}/")
        page.get_by_text("Comparar a mano").click()
        other = {"name": f"{LONG}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"}
        page.locator("input[type=file]").set_input_files(files=[other])
        page.get_by_text("No es el archivo que emitimos.").wait_for()
        check(page)


def test_empty_list(site_without_workers, carla, log_in):
    look(log_in(site_without_workers, carla))


def test_pages_of_operations(site_without_workers, orders, ana, bruno, carla, log_in):
    """Choosing, the question with long reasons and names, and an operation in each state."""
    vets = [bruno.veterinarian, carla.veterinarian]
    protocols = operating.submitted(40, vets, animal=LONG[:200])
    factories.ProtocolFactory.create_batch(3, veterinarian=vets[0], number=None, status="rejected")
    with operating.poisoned(protocols[:30]):
        failed = operating.work(operating.start(ana, protocols[:31]))
    OperationItem.objects.filter(operation=failed, state="failed").update(reason=LONG[:500])
    running = operating.start(ana, protocols)
    cancelled = operations.cancel(ana, operating.start(ana, protocols).pk)
    page = log_in(site_without_workers, ana, "")
    for operation in (running, cancelled):
        look(page, f"/operations/{operation.pk}/")
    for path in ("/operations/?state=done", "/notifications/", "/protocols/?status=submitted"):
        look(page, path)
    for path in (f"/operations/{failed.pk}/", "/operations/"):
        check(page, path)
    page.goto("/protocols/?status=submitted")
    page.locator("[data-pick-all]:visible").check()
    check(page)
    page.goto("/protocols/")
    page.get_by_label("Todos los de esta lista").check()
    check(page)
    page.get_by_role("button", name="Marcar como recibidos").click()
    page.get_by_role("heading", name="Qué queda como está").wait_for()
    check(page)


def test_pages_of_reception(site_without_workers, ana, bruno, log_in):
    """The counter, a sample with mistakes, a rejected one, what was received, and a batch."""
    sample, rejected, received, scanned = operating.submitted(4, [bruno.veterinarian], animal=LONG[:200])
    reject_sample(ana, rejected.pk, 1, LONG)
    receive_sample(ana, received.pk, 1, Received("optimal", 1, discrepancies=LONG))
    Protocol.objects.filter(pk=scanned.pk).update(temporary_code="TMP-HP-20261123-001")
    page = log_in(site_without_workers, ana, "")
    for path in ("?q=nada", "?code=7790001234567"):
        look(page, f"/reception/{path}")
    for path in (f"?received={received.pk}", f"{rejected.pk}/"):
        check(page, f"/reception/{path}")
    look(page, "/reception/batch/")
    page.get_by_label("Escanear o escribir un código").fill("TMP-HP-20261123-001")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="1 muestra en este lote").wait_for()
    page.get_by_text("Descartar el lote").click()
    check(page)
    page.goto(f"/reception/{sample.pk}/")
    page.get_by_label("Frascos recibidos").fill("0")
    page.keyboard.press("Enter")
    page.get_by_text("Entre 1 y 999").wait_for()
    page.get_by_text("Rechazar esta muestra").click()
    check(page)
    check(page, f"/reception/{received.pk}/correct/")
    page.get_by_label("Portaobjetos recibidos").fill("0")
    page.get_by_role("button", name="Guardar la corrección").click()
    page.get_by_text("Entre 1 y 999").wait_for()
    check(page)


def test_list_of_operations_without_any(site_without_workers, ana, log_in):
    look(log_in(site_without_workers, ana, ""), "/operations/")


def test_pages_of_the_laboratory(site_without_workers, orders, ana, bruno, log_in):
    page = log_in(site_without_workers, ana)
    look(page)
    for order in orders:
        look(page, f"/work-orders/{order.pk}/")
    check(page, f"/audit/work-order/{orders[1].pk}/")
    page.goto(f"/work-orders/{orders[1].pk}/")
    page.get_by_label("Anticipo").fill("mucho")
    page.get_by_role("button", name="Guardar").click()
    page.get_by_text("Ingresar un importe").wait_for()
    check(page)
    look(page, "/labels/")
    protocol = factories.ready_protocol(bruno.veterinarian, specimens=2, animal=LONG)
    sheet = make_sheet_of(ana, [protocol.pk], PARTS)
    for path in ["/labels/", f"/labels/{sheet.pk}/", f"/labels/new/?ids={protocol.pk}"]:
        check(page, path)


def test_pages_of_the_bench(site_without_workers, bruno, ana, paula, log_in):
    """The lists, and a sample with everything long, in the middle of its work, with mistakes."""
    protocol = factories.ready_protocol(bruno.veterinarian, 2, animal=LONG[:200], discrepancies=LONG)
    request_more(paula, protocol.pk, Wish(RequestKind.STAIN, protocol.cassettes.first().pk, "PAS", LONG))
    add_cassettes(ana, protocol.pk, [NewCassette(material=LONG, colour="rosa")])
    factories.ProtocolFactory(status="received", expected_ready_on=timezone.localdate() - timedelta(days=9))
    page = log_in(site_without_workers, paula, "")
    for path in ("/processing/", "/processing/?stage=requests"):
        check(page, path)
    look(page, f"/protocols/{protocol.pk}/processing/")
    page.locator(".bench-add summary").first.click()
    page.locator("input[name$=-count]").first.fill("99")
    page.get_by_role("button", name="Crear casetes").click()
    page.locator(".field-error").first.wait_for()
    check(page)


def test_waiting_page_in_each_state(site_without_workers, cold_order, bruno, log_in):
    page = log_in(site_without_workers, bruno, "")
    check(page, f"/work-orders/{cold_order.pk}/pdf/")
    Job.objects.update(state="failed", finished_at=timezone.now())
    page.get_by_role("button", name="Generar de nuevo").wait_for()
    check(page)
