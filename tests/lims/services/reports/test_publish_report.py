"""publish: a finalized report is issued once, from what was frozen, into the archive and nowhere else."""

import hashlib

import pytest
import urllib3
from django.conf import settings

import pdfcache.cache
from actors import jobs
from actors.errors import LeaseLost
from actors.models import Job
from lims.documents.reports import document
from lims.errors import NotAllowed, NotVisible
from lims.models import Asset, Notification, ProtocolHistory, Report
from lims.models.reports import ReportDiagnosis, ReportImage
from lims.services.reports import archive, publishing
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.finalizing import finalize_report
from lims.services.reports.opening import open_report
from pdfcache import store
from pdfcache.errors import StoreError
from tests import factories
from tests.running import run_jobs

ACTOR = "publish_report"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def report(author, bruno) -> Report:
    factories.laboratory()
    return factories.finalized_report(author, factories.ready_protocol(bruno.veterinarian))


def claimed() -> Job:
    job = jobs.claim(ACTOR, Job.objects.get(actor=ACTOR).pk)
    assert job is not None
    return job


def actions(report: Report) -> list[str]:
    return [entry.action for entry in report.history.order_by("pk")]


def exhaust() -> None:
    """Let the next attempt be the last."""
    from actors.registry import get

    Job.objects.filter(actor=ACTOR).update(attempts=get(ACTOR).max_attempts - 1)


def test_it_is_issued_and_the_archive_holds_those_very_bytes(report):
    (job,) = run_jobs(ACTOR)
    report.refresh_from_db()
    content = archive.read(report)
    assert (job.state, report.status) == ("done", "issued")
    assert hashlib.sha256(content).hexdigest() == report.sha256
    assert (report.size_bytes, report.pages) == (len(content), document.pages(content))
    assert report.archive_key == (f"reports/{report.protocol.public_id}/v1-{report.sha256[:16]}.pdf")
    found = store.stat(
        report.archive_key, bucket=settings.S3_ARCHIVE_BUCKET, version_id=report.archive_version_id
    )
    assert found.sha256 == report.sha256


def test_protocol_and_histories_follow(report, paula):
    run_jobs(ACTOR)
    report.protocol.refresh_from_db()
    assert report.protocol.status == "reported"
    moved = ProtocolHistory.objects.get(protocol=report.protocol)
    assert (moved.before, moved.after, moved.by) == ("ready", "reported", paula)
    assert actions(report) == ["finalized", "issued"]


def test_a_second_run_changes_nothing(report, bruno):
    job = claimed()
    publishing.publish(job)
    before = Report.objects.filter(pk=report.pk).values().get()
    publishing.publish(job)
    assert Report.objects.filter(pk=report.pk).values().get() == before
    assert actions(report) == ["finalized", "issued"]
    assert report.deliveries.count() == 1
    assert Notification.objects.filter(user=bruno).count() == 1


def test_a_worker_that_lost_its_lease_issues_nothing(report, monkeypatch):
    job = claimed()

    def lose(point: str) -> None:
        if point == "after_archive":
            Job.objects.filter(pk=job.pk).update(token="00000000-0000-0000-0000-000000000001")

    monkeypatch.setattr(jobs, "failpoint", lose)
    with pytest.raises(LeaseLost):
        publishing.publish(job)
    report.refresh_from_db()
    assert (report.status, report.archive_key) == ("finalized", "")
    assert not report.deliveries.exists()


def test_what_changed_since_the_click_is_not_in_the_paper(report, author):
    frozen = document.frozen(report.pk)
    drawn = document.render(frozen, document.assets(frozen))
    factories.laboratory(
        name="Otro laboratorio", logo=factories.AssetFactory(content=b"no image", sha256="f" * 64)
    )
    author.staff_member.first_names = "Otra"
    author.staff_member.save()
    ReportDiagnosis.objects.update(diagnosis="otro")
    run_jobs(ACTOR)
    report.refresh_from_db()
    assert archive.read(report) == document.archival(drawn, frozen)


def test_the_same_snapshot_gives_the_same_bytes_at_every_attempt(report):
    keys = set()
    job = claimed()
    for _ in range(2):
        publishing.publish(job)
        report.refresh_from_db()
        keys.add((report.archive_key, report.sha256))
        Report.objects.filter(pk=report.pk).update(status="finalized")
        report.deliveries.all().delete()
    assert len(keys) == 1


def test_a_micrograph_that_media_lacks_is_an_error_to_retry(author, bruno):
    draft = factories.draft_report(author, factories.ready_protocol(bruno.veterinarian))
    content = factories.signature_png()
    sha256 = hashlib.sha256(b"a" + content).hexdigest()
    ReportImage.objects.create(
        report=draft, position=0, state="ready", sha256=sha256, width_px=240, height_px=80
    )
    finalize_report(author.staff_member.user, draft.pk)
    (job,) = run_jobs(ACTOR)
    assert (job.state, job.error_code) == ("pending", "StoreError")


@pytest.mark.parametrize("broken", ["draw", "archive"])
def test_a_failing_store_leaves_it_finalized_and_the_job_for_later(report, monkeypatch, broken):
    def away(*args, **options):
        raise StoreError("The object store did not answer; a retry later helps.")

    place = {"draw": (publishing, "draw"), "archive": (archive, "keep")}[broken]
    monkeypatch.setattr(*place, away)
    (job,) = run_jobs(ACTOR)
    report.refresh_from_db()
    assert (job.state, job.error_code, report.status) == ("pending", "StoreError", "finalized")
    assert not Notification.objects.exists()
    monkeypatch.undo()
    run_jobs(ACTOR)
    report.refresh_from_db()
    assert report.status == "issued"


def test_the_last_failure_is_told_to_author_and_administrators_once(report, paula, alma, ana, monkeypatch):
    monkeypatch.setattr(archive, "keep", lambda *args: store.get("no/such/object"))
    exhaust()
    (job,) = run_jobs(ACTOR)
    told = Notification.objects.filter(kind="report_failed")
    assert job.state == "failed"
    assert {notification.user for notification in told} == {paula, alma}
    assert {(notification.subject, notification.path) for notification in told} == {
        (report.protocol.number, f"/reports/{report.pk}/")
    }


@pytest.mark.parametrize("wrong", ["drawing", "converting"])
def test_a_paper_that_cannot_be_made_fails_at_once(report, alma, monkeypatch, wrong):
    def refuse(*args):
        raise document.NotArchivable("no font; a retry does not help.")

    name = {"drawing": "render", "converting": "archival"}[wrong]
    monkeypatch.setattr(publishing.document, name, refuse)
    (job,) = run_jobs(ACTOR)
    codes = {"drawing": "RenderError", "converting": "Unpublishable"}
    assert (job.state, job.attempts, job.error_code) == ("failed", 1, codes[wrong])
    assert Notification.objects.filter(user=alma, kind="report_failed").count() == 1


def test_a_failed_one_is_retried_at_wish_and_told_again_if_it_fails_again(report, ana, alma, monkeypatch):
    monkeypatch.setattr(archive, "keep", lambda *args: store.get("no/such/object"))
    for failures in (1, 2):
        exhaust()
        run_jobs(ACTOR)
        assert Notification.objects.filter(user=alma).count() == failures
        publishing.retry_publishing(ana, report.pk)
        assert publishing.publishing_job(report.pk).state == "pending"
    publishing.retry_publishing(ana, report.pk)
    monkeypatch.undo()
    run_jobs(ACTOR)
    assert actions(report) == ["finalized", "retried", "retried", "issued"]
    assert report.history.filter(action="retried").first().by == ana


def test_retry_is_for_the_laboratory(report, ana, bruno, carla):
    for stranger in (bruno, carla):
        with pytest.raises(NotAllowed):
            publishing.retry_publishing(stranger, report.pk)
    with pytest.raises(NotVisible):
        publishing.retry_publishing(ana, report.pk + 10**6)


def amended(report: Report, paula) -> Report:
    draft = amend_report(paula, report.pk, "Corrige el margen")
    return finalize_report(paula, draft.pk)


def test_an_amendment_supersedes_what_it_replaces_and_both_stay_readable(report, paula):
    run_jobs(ACTOR)
    second = amended(report, paula)
    report.refresh_from_db()
    assert report.status == "issued", "until the new one is issued"
    run_jobs(ACTOR)
    report.refresh_from_db()
    second.refresh_from_db()
    assert (report.status, second.status) == ("superseded", "issued")
    assert actions(report)[-1] == "superseded"
    assert archive.read(report) != archive.read(second)
    assert ProtocolHistory.objects.filter(protocol=report.protocol).count() == 1


def test_what_was_withdrawn_stays_withdrawn_when_its_successor_is_issued(report, paula):
    run_jobs(ACTOR)
    withdraw_report(paula, report.pk, "Muestra equivocada")
    second = amended(report, paula)
    run_jobs(ACTOR)
    report.refresh_from_db()
    second.refresh_from_db()
    assert (report.status, second.status) == ("withdrawn", "issued")
    assert "superseded" not in actions(report)


def test_a_report_that_is_gone_is_no_failure(report):
    job = claimed()
    job.args = [report.pk + 10**6]
    publishing.publish(job)
    publishing.on_failed(job)
    assert not Notification.objects.exists()


def test_issued_bytes_outlive_every_change(report, author, bruno, monkeypatch):
    """Logo, signature, names, language and template changed, and the whole cache purged."""
    run_jobs(ACTOR)
    report.refresh_from_db()
    issued = archive.read(report)
    Asset.objects.update(content=b"another signature")
    factories.laboratory(name="Otro", logo=factories.AssetFactory(content=b"logo", sha256="f" * 64))
    author.staff_member.first_names, bruno.veterinarian.first_names = "Otra", "Otro"
    author.staff_member.save()
    bruno.veterinarian.save()
    bruno.language = "en"
    bruno.save()
    monkeypatch.setattr(document, "render", lambda *args: b"%PDF-1.7 another template")
    pdfcache.cache.invalidate()
    jobs.requeue(Job.objects.get(actor=ACTOR))
    run_jobs(ACTOR)
    report.refresh_from_db()
    assert archive.read(report) == issued
    assert urllib3.request("GET", open_report(bruno, report.pk).url).data == issued
    assert [verdict.problem for verdict in archive.verify()] == [""]
