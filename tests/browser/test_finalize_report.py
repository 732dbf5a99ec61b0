"""The walk of a report: written, previewed, finalized, mailed, opened, verified; and the page that waits."""

import hashlib
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, expect

from actors.models import Job
from lims.models import Delivery, Report
from pdfcache import store
from tests import factories
from tests.browser.arriving import arrived
from tests.processes import running, wait_until, worker
from tests.running import run_jobs
from tests.smtp import Sink

pytestmark = pytest.mark.django_db(transaction=True)

SIGN = "form[action$='/finalize/'] button[type=submit]"


@pytest.fixture
def draft(buckets, paula, bruno) -> Report:
    factories.laboratory()
    protocol = factories.ready_protocol(bruno.veterinarian, animal="Michi", owner_last_names="Peralta")
    return factories.draft_report(paula.staff_member.pathologist, protocol)


def status_of(report: Report) -> str:
    return Report.objects.get(pk=report.pk).status


def test_from_the_pathologists_desk_to_whoever_verifies(
    site_without_workers, draft, paula, bruno, log_in, visit, tmp_path
):
    desk = log_in(site_without_workers, paula, "")
    write(desk, draft, "Fragmento de piel de 4 x 2 cm.")
    look_at_the_preview(desk, draft)
    finalize(desk)
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    desk.reload()
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    desk.close()

    mail = issue_and_take_the_mail(draft)
    assert (mail.recipients, Delivery.objects.get().state) == ([bruno.email], "sent")
    reader = log_in(site_without_workers, bruno, path_in(mail))
    pdf = arrived(reader, reader.get_by_role("link", name="Abrir PDF").click)
    assert hashlib.sha256(pdf).hexdigest() == archived_sha256(draft)

    anybody = visit(site_without_workers)
    anybody.goto(urlsplit(printed_address(pdf, tmp_path)).path)
    expect(anybody.get_by_role("heading", name="Auténtico")).to_be_visible()
    assert "Michi" not in anybody.content() and "Peralta" not in anybody.content()
    requests: list[str] = []
    anybody.on("request", lambda request: requests.append(request.url))
    choose(anybody, pdf)
    expect(anybody.get_by_text("Es el archivo que emitimos.", exact=True)).to_be_visible()
    drop(anybody, flipped(pdf))
    expect(anybody.get_by_text("No es el archivo que emitimos.")).to_be_visible()
    expect(anybody.get_by_text("Es el archivo que emitimos.", exact=True)).to_be_hidden()
    assert requests == []


def test_page_that_stays_open_shows_the_issued_report_by_itself(site_without_workers, draft, paula, log_in):
    desk = log_in(site_without_workers, paula, "")
    write(desk, draft, "Fragmento de piel de 4 x 2 cm.")
    finalize(desk)
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    assert run_jobs("publish_report")
    expect(desk.get_by_role("link", name="Abrir PDF")).to_be_visible()
    expect(desk.locator("h1 + .state")).to_have_text("Emitido")


def test_without_javascript_the_page_comes_back_by_itself(site_without_workers, draft, paula, log_in):
    desk = log_in(site_without_workers, paula, f"/reports/{draft.pk}/changes/", java_script_enabled=False)
    desk.locator(SIGN).click()
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    assert run_jobs("publish_report")
    expect(desk.get_by_role("link", name="Abrir PDF")).to_be_visible()


def test_failure_is_told_on_the_open_page_and_the_retry_ends_well(site_without_workers, draft, paula, log_in):
    desk = log_in(site_without_workers, paula, "")
    write(desk, draft, "Fragmento de piel de 4 x 2 cm.")
    finalize(desk)
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    fail_the_job(draft)
    expect(desk.get_by_role("heading", name="No se pudo emitir el informe")).to_be_visible()
    desk.get_by_role("button", name="Volver a intentar").click()
    expect(desk.get_by_role("heading", name="Generando informe...")).to_be_visible()
    assert run_jobs("publish_report")
    expect(desk.get_by_role("link", name="Abrir PDF")).to_be_visible()


def fail_the_job(report: Report) -> None:
    from django.utils import timezone

    publishing = Job.objects.filter(actor="publish_report", ref=str(report.pk))
    publishing.update(state="failed", finished_at=timezone.now(), error_code="StoreError")


def write(desk: Page, draft: Report, text: str) -> None:
    """Open the draft from the work list, and type until it is saved."""
    desk.goto("/reports/to-write/")
    desk.get_by_role("link", name=draft.protocol.number).first.click()
    desk.locator("textarea[name=macroscopic]").fill(text)
    wait_until(lambda: Report.objects.get(pk=draft.pk).macroscopic == text, "the draft saves itself")


def look_at_the_preview(desk: Page, draft: Report) -> None:
    """Open the preview beside the text, and hold it to be a paper that is in no archive."""
    with desk.expect_response(lambda found: f"/reports/{draft.pk}/pdf/" in found.url) as drawn:
        desk.locator("[data-preview-open]").click()
    assert (drawn.value.status, drawn.value.headers["content-type"]) == (200, "application/pdf")
    assert Report.objects.get(pk=draft.pk).archive_key == ""


def finalize(desk: Page) -> None:
    desk.locator("[data-review-open]").click()
    desk.locator(SIGN).click()
    desk.wait_for_url(re.compile(r"/reports/\d+/$"))


def issue_and_take_the_mail(draft: Report):
    """Let a worker issue the report and deliver it, and return the one mail that the server took."""
    with Sink() as sink, running(worker("background", EMAIL_URL=sink.url)):
        wait_until(lambda: status_of(draft) == "issued", "the report is issued")
        wait_until(lambda: Delivery.objects.filter(state="sent").exists(), "the mail is sent")
        wait_until(
            lambda: not Job.objects.filter(state__in=["pending", "running"]).exists(), "nothing is left"
        )
        (mail,) = sink.taken
    return mail


def path_in(mail) -> str:
    """The path of the address that the mail's text has."""
    text = mail.message.get_body(("plain",)).get_content()
    return urlsplit(re.search(r"https?://\S+/reports/\d+/", text).group()).path


def archived_sha256(draft: Report) -> str:
    """The digest of what the archive gives back, which is the one in the row."""
    report = Report.objects.get(pk=draft.pk)
    bucket, version = settings.S3_ARCHIVE_BUCKET, report.archive_version_id
    content = store.get(report.archive_key, bucket=bucket, version_id=version)
    assert hashlib.sha256(content).hexdigest() == report.sha256
    return report.sha256


def printed_address(pdf: bytes, folder: Path) -> str:
    """The address in the square that the paper prints, as a phone reads it."""
    paper, picture = folder / "report.pdf", folder / "page"
    paper.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", paper, picture], check=True)
    found = [
        code for page in sorted(folder.glob("page*.png")) for code in zxingcpp.read_barcodes(Image.open(page))
    ]
    return found[-1].text


def flipped(pdf: bytes) -> bytes:
    """The file with one bit changed in its middle."""
    middle = len(pdf) // 2
    return pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]


def choose(page: Page, pdf: bytes) -> None:
    file = {"name": "informe.pdf", "mimeType": "application/pdf", "buffer": pdf}
    page.locator("input[type=file]").set_input_files(files=[file])


def drop(page: Page, pdf: bytes) -> None:
    """Drop a file on the page, as from a folder."""
    carried = page.evaluate_handle(
        """(bytes) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], "otro.pdf", { type: "application/pdf" }));
            return carried;
        }""",
        list(pdf),
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": carried})
