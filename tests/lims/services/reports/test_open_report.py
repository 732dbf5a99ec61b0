"""open_report: the issued version to whoever may read it, a preview to its author, nothing else to nobody."""

import hashlib
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest
import urllib3
from django.conf import settings
from django.test import override_settings

from actors.models import Job
from lims.errors import Busy, NotAllowed, NotVisible
from lims.models import DocumentAccess, Report
from lims.services.pdfs import opening
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.finalizing import finalize_report
from lims.services.reports.opening import IssuedPdf, Preview, Publishing, open_report
from pdfcache import store
from pdfcache.errors import StoreError
from tests import factories, proxy
from tests.running import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def protocol(bruno):
    return factories.ready_protocol(bruno.veterinarian)


@pytest.fixture
def report(author, protocol) -> Report:
    return factories.issued_report(author, protocol)


@pytest.fixture
def store_away():
    with override_settings(S3_ENDPOINT_URL=f"http://127.0.0.1:{proxy.closed_port()}"):
        yield


def accesses() -> list[tuple]:
    return list(DocumentAccess.objects.values_list("kind", "document_pk", "user__email", "outcome"))


def test_the_vet_gets_the_very_bytes_that_were_issued_and_it_is_logged(report, bruno):
    opened = open_report(bruno, report.pk)
    assert isinstance(opened, IssuedPdf)
    answer = urllib3.request("GET", opened.url)
    assert hashlib.sha256(answer.data).hexdigest() == report.sha256
    assert answer.headers["Content-Type"] == "application/pdf"
    number = report.protocol.number.replace(" ", "-").replace("/", "-")
    assert f'filename="{number}-v1.pdf"' in answer.headers["Content-Disposition"]
    assert accesses() == [("report", report.pk, bruno.email, "hit")]


def test_the_link_names_the_version_so_that_a_later_put_changes_nothing(report, bruno):
    opened = open_report(bruno, report.pk)
    store.put(report.archive_key, b"%PDF-forged", bucket=settings.S3_ARCHIVE_BUCKET)
    assert parse_qs(urlsplit(opened.url).query)["versionId"] == [report.archive_version_id]
    for url in (opened.url, open_report(bruno, report.pk).url):
        assert hashlib.sha256(urllib3.request("GET", url).data).hexdigest() == report.sha256


def test_the_laboratory_opens_it_too_and_strangers_do_not(report, ana, alma, paula, carla):
    for user in (ana, alma, paula):
        assert isinstance(open_report(user, report.pk), IssuedPdf)
    logged = accesses()
    with pytest.raises(NotVisible):
        open_report(carla, report.pk)
    with pytest.raises(NotVisible):
        open_report(ana, report.pk + 10**6)
    assert accesses() == logged


def test_superseded_and_withdrawn_versions_stay_readable(report, bruno, paula):
    second = finalize_report(paula, amend_report(paula, report.pk, "Corrige el margen").pk)
    run_jobs("publish_report")
    withdraw_report(paula, second.pk, "Muestra equivocada")
    for version in (report, second):
        version.refresh_from_db()
        opened = open_report(bruno, version.pk)
        assert hashlib.sha256(urllib3.request("GET", opened.url).data).hexdigest() == version.sha256


@pytest.mark.parametrize("size", [1, 60])
def test_an_open_is_two_statements_and_one_request_whatever_the_size(
    author, bruno, size, django_assert_num_queries, monkeypatch
):
    protocol = factories.ready_protocol(bruno.veterinarian, specimens=min(size, 20))
    report = factories.issued_report(author, protocol, microscopic="Proliferación. " * size * 10)
    asked = []
    ask = urllib3.PoolManager.urlopen
    monkeypatch.setattr(
        urllib3.PoolManager, "urlopen", lambda *args, **kw: asked.append(args[1]) or ask(*args, **kw)
    )
    open_report(bruno, report.pk)
    asked.clear()
    with django_assert_num_queries(2):
        open_report(bruno, report.pk)
    assert asked == ["HEAD"]


def test_the_link_is_signed_for_the_public_endpoint(report, bruno):
    with override_settings(S3_PUBLIC_ENDPOINT_URL="https://pdf.lab.test"):
        assert urlsplit(open_report(bruno, report.pk).url).hostname == "pdf.lab.test"


def test_store_away_is_said_and_nothing_is_rendered(report, bruno, store_away, monkeypatch):
    monkeypatch.setattr("lims.services.reports.opening.draw", lambda shown: pytest.fail("rendered"))
    with pytest.raises(StoreError):
        open_report(bruno, report.pk)
    assert accesses() == []


@pytest.mark.parametrize(
    "fields",
    [{"archive_version_id": "0" * 32}, {"sha256": "0" * 64}, {"size_bytes": 1}],
)
def test_a_version_that_is_not_there_as_issued_leads_nowhere(report, bruno, fields):
    Report.objects.update(**fields)
    with pytest.raises(StoreError, match="verify the archive"):
        open_report(bruno, report.pk)


def test_being_issued_the_laboratory_sees_the_job_and_vets_nothing(author, protocol, ana, bruno):
    report = factories.finalized_report(author, protocol)
    job = Job.objects.get(actor="publish_report")
    assert open_report(ana, report.pk) == Publishing(job)
    with pytest.raises(NotVisible):
        open_report(bruno, report.pk)
    assert accesses() == []


def test_a_draft_is_previewed_by_its_author_alone(author, protocol, paula, ana, alma, bruno):
    draft = factories.draft_report(author, protocol, comments="Texto del borrador")
    opened = open_report(paula, draft.pk)
    assert isinstance(opened, Preview)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(opened.content)).pages)
    assert "Texto del borrador" in text
    assert "borrador" in opened.filename
    colleague = factories.PathologistFactory().staff_member.user
    for other in (ana, alma, colleague):
        with pytest.raises(NotAllowed):
            open_report(other, draft.pk)
    with pytest.raises(NotVisible):
        open_report(bruno, draft.pk)
    assert accesses() == []


def test_previews_share_the_bound_of_what_is_drawn_in_requests(author, protocol, paula):
    draft = factories.draft_report(author, protocol)
    held = [opening._inline_renders.acquire(blocking=False) for _ in range(opening.INLINE_RENDERS_MAX)]
    try:
        with pytest.raises(Busy):
            open_report(paula, draft.pk)
    finally:
        for _ in held:
            opening._inline_renders.release()
    assert isinstance(open_report(paula, draft.pk), Preview)
