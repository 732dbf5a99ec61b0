"""archive: what is kept was read back; what was issued is verified by its version, for ever."""

import hashlib
import uuid

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from lims.models import Report
from lims.services.reports import archive
from pdfcache import store
from pdfcache.errors import StoreError
from tests import factories, proxy

PDF = b"%PDF-1.7 evidence"
SHA256 = hashlib.sha256(PDF).hexdigest()

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def public_id() -> str:
    return str(uuid.uuid4())


def put(key: str, content: bytes) -> str:
    written = store.put(key, content, bucket=settings.S3_ARCHIVE_BUCKET)
    assert written.version_id
    return written.version_id


def kept_report(author, content: bytes = PDF) -> Report:
    """Return an issued report whose paper is a few bytes in the archive."""
    kept = archive.keep(str(uuid.uuid4()), 1, content)
    fields = {"archive_key": kept.key, "archive_version_id": kept.version_id}
    return factories.archived_report(author, **fields, sha256=kept.sha256, size_bytes=kept.size_bytes)


def problems(sample: int | None = None) -> list[str]:
    return [verdict.problem for verdict in archive.verify(sample)]


def test_what_is_kept_names_its_version_digest_and_size(public_id):
    kept = archive.keep(public_id, 2, PDF)
    key = f"reports/{public_id}/v2-{SHA256[:16]}.pdf"
    found = store.stat(key, bucket=settings.S3_ARCHIVE_BUCKET, version_id=kept.version_id)
    assert (kept.key, kept.sha256, kept.size_bytes) == (key, SHA256, len(PDF))
    assert (found.size, found.sha256, found.version_id) == (len(PDF), SHA256, kept.version_id)


def test_kept_twice_both_versions_are_whole(public_id):
    kept = [archive.keep(public_id, 1, PDF) for _ in range(2)]
    assert len({each.version_id for each in kept}) == 2
    for each in kept:
        assert store.get(each.key, bucket=settings.S3_ARCHIVE_BUCKET, version_id=each.version_id) == PDF


def test_other_bytes_than_were_put_are_an_error_to_retry(public_id, monkeypatch):
    other = store.Measured(hashlib.sha256(b"other").hexdigest(), len(PDF))
    monkeypatch.setattr(store, "measure", lambda *args, **options: other)
    with pytest.raises(StoreError, match="other bytes"):
        archive.keep(public_id, 1, PDF)


def test_a_version_that_cannot_be_read_back_is_an_error_to_retry(public_id, monkeypatch):
    monkeypatch.setattr(store, "measure", lambda *args, **options: None)
    with pytest.raises(StoreError):
        archive.keep(public_id, 1, PDF)


def test_a_bucket_without_versions_keeps_nothing(public_id, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(settings, "S3_ARCHIVE_BUCKET", settings.S3_MEDIA_BUCKET)
        with pytest.raises(StoreError, match="no versions"):
            archive.keep(public_id, 1, PDF)


def test_it_is_read_by_its_version_whatever_was_put_since(author):
    report = kept_report(author)
    put(report.archive_key, b"%PDF-1.7 forged")
    assert archive.read(report) == PDF


def test_bytes_that_are_not_what_was_issued_are_not_given_out(author):
    report = kept_report(author)
    report.archive_version_id = put(report.archive_key, b"%PDF-1.7 forged")
    with pytest.raises(StoreError, match="not what was issued"):
        archive.read(report)


def test_every_archived_version_is_verified_and_no_other(author):
    for status in ("issued", "superseded", "withdrawn"):
        Report.objects.filter(pk=kept_report(author).pk).update(status=status)
    factories.draft_report(author)
    assert problems() == [""] * 3


def test_another_version_under_the_key_does_not_matter(author):
    put(kept_report(author).archive_key, b"%PDF-1.7 forged")
    assert problems() == [""]


def test_a_corrupted_version_is_named_with_both_digests(author):
    report = kept_report(author)
    forged = b"%PDF-1.7 evidencE"
    Report.objects.update(archive_version_id=put(report.archive_key, forged))
    (verdict,) = archive.verify()
    assert report.protocol.number in verdict.name and "version 1" in verdict.name
    assert hashlib.sha256(forged).hexdigest() in verdict.problem and SHA256 in verdict.problem


def test_a_wrong_size_in_the_row_is_a_problem(author):
    kept_report(author)
    Report.objects.update(size_bytes=1)
    assert "instead of 1 bytes" in problems()[0]


@pytest.mark.parametrize("field", ["archive_key", "archive_version_id"])
def test_a_missing_object_or_version_is_named_and_the_others_are_still_read(author, field):
    missing, _whole = kept_report(author), kept_report(author)
    gone = {"archive_key": "reports/never.pdf", "archive_version_id": "0" * 32}[field]
    Report.objects.filter(pk=missing.pk).update(**{field: gone})
    assert problems() == ["is missing.", ""]


def test_a_row_without_a_version_is_named(author):
    kept_report(author)
    Report.objects.update(archive_version_id="")
    assert problems() == ["names no version of its object."]


def test_a_store_that_is_away_is_said_and_not_asked_for_ever(author, monkeypatch):
    for _ in range(archive.UNREADABLE_IN_A_ROW_MAX + 2):
        factories.archived_report(author)
    monkeypatch.setattr(settings, "S3_ENDPOINT_URL", f"http://127.0.0.1:{proxy.closed_port()}")
    told = problems()
    assert len(told) == archive.UNREADABLE_IN_A_ROW_MAX + 1
    assert "did not read" in told[0] and "was not read" in told[-1]


def test_a_sample_reads_so_many(author):
    for _ in range(3):
        kept_report(author)
    assert problems(2) == ["", ""]
    assert len(problems(9)) == 3


def test_the_command_says_what_is_right(author, capsys):
    kept_report(author)
    call_command("verify_archive")
    assert capsys.readouterr().out == "1 versions are what was issued.\n"


def test_the_command_names_each_mismatch_and_fails(author, capsys):
    report = kept_report(author)
    kept_report(author)
    Report.objects.filter(pk=report.pk).update(sha256="0" * 64)
    with pytest.raises(CommandError, match="1 of 2 versions"):
        call_command("verify_archive", sample=2)
    assert report.archive_key in capsys.readouterr().out


def test_the_command_refuses_a_sample_of_nothing():
    with pytest.raises(CommandError, match="at least 1"):
        call_command("verify_archive", sample=0)
