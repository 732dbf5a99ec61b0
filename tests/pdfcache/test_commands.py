"""What operators type: output and exit codes (a CommandError is exit code 1)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pdfcache import cache, store
from tests.proxy import closed_port


def run(*words):
    output = StringIO()
    call_command(*words, stdout=output)
    return output.getvalue()


@pytest.fixture
def edited(letters):
    """Letter 1 with a current and a superseded object."""
    cache.fill("letter", 1)
    letters.rows[1]["text"] = "two"
    return cache.fill("letter", 1).key


def test_prepare_storage_says_that_all_is_well(bare):
    assert run("prepare_storage") == "The storage is as the settings say.\n"
    assert run("prepare_storage", "--check") == "The storage is as the settings say.\n"


def test_prepare_storage_check_prints_the_drift_and_fails(bare, s3):
    output = StringIO()
    with pytest.raises(CommandError, match="differs") as raised:
        call_command("prepare_storage", "--check", stdout=output)
    assert raised.value.returncode == 1
    assert output.getvalue().count("is missing.") == 3
    assert bare.S3_CACHE_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def test_prepare_storage_fails_on_drift_that_stays(bare, s3):
    s3.create_bucket(Bucket=bare.S3_ARCHIVE_BUCKET)
    with pytest.raises(CommandError, match="differs"):
        run("prepare_storage")


@pytest.mark.parametrize(
    "words",
    [["prepare_storage"], ["prepare_storage", "--check"], ["pdfcache", "stats"], ["pdfcache", "lifecycle"]],
)
def test_store_away_is_one_sentence(words, settings):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(CommandError, match="a retry later helps"):
        run(*words)


def test_stats_prints_a_line_per_kind(edited):
    assert run("pdfcache", "stats") == f"letter: 2 objects, {cache.stats()['letter'].size} bytes\n"


def test_stats_of_a_document_prints_its_objects(edited):
    lines = run("pdfcache", "stats", "--kind", "letter", "--pk", "1").splitlines()
    assert [line.split()[0] for line in lines] == [kept.key for kept in cache.cached("letter", 1)]


def test_invalidate_deletes(edited):
    assert run("pdfcache", "invalidate", "--kind", "letter", "--pk", "1") == "2 objects deleted.\n"
    assert cache.cached("letter", 1) == []


def test_invalidate_dry_run_deletes_nothing(edited):
    assert run("pdfcache", "invalidate", "--dry-run") == "2 objects would be deleted.\n"
    assert len(cache.cached("letter", 1)) == 2


def test_prune_deletes_the_superseded_of_every_document(edited):
    assert run("pdfcache", "prune") == "1 objects deleted.\n"
    assert [kept.key for kept in cache.cached("letter", 1)] == [edited]


def test_prune_dry_run_deletes_nothing(edited):
    assert run("pdfcache", "prune", "--dry-run") == "1 objects would be deleted.\n"
    assert len(cache.cached("letter", 1)) == 2


def test_prune_leaves_kinds_it_does_not_know(edited):
    foreign = f"cache/postcard/7/{'0' * 64}.pdf"
    store.put(foreign, b"%PDF-")
    assert "postcard 7: no such document type" in run("pdfcache", "prune")
    assert store.stat(foreign)


def test_pk_without_kind_fails(shelf):
    with pytest.raises(CommandError, match="kind"):
        run("pdfcache", "invalidate", "--pk", "1")


def test_lifecycle_writes_the_expiry_rule(bare, s3):
    s3.create_bucket(Bucket=bare.S3_CACHE_BUCKET)
    assert "does not expire" in run("pdfcache", "lifecycle", "--dry-run")
    assert "does not expire" in run("pdfcache", "lifecycle", "--dry-run")
    assert run("pdfcache", "lifecycle") == "The cache expires as the settings say.\n"
