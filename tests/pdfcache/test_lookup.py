import pytest

from pdfcache import cache, store
from pdfcache.errors import DocumentGone, StoreError, UnknownKind
from tests.proxy import closed_port


def test_nothing_stored_is_a_miss(letters):
    found = cache.lookup("letter", 1)
    assert (found.hit, found.expires_soon, found.filename) == (False, False, "letter.pdf")
    assert found.snapshot == {"text": "one"}


def test_stored_object_is_a_hit(letters):
    key = cache.lookup("letter", 1).key
    store.put(key, b"%PDF-")
    found = cache.lookup("letter", 1)
    assert (found.hit, found.key) == (True, key)


def test_changed_row_is_a_miss(letters):
    cache.fill("letter", 1)
    letters.rows[1]["text"] = "two"
    assert not cache.lookup("letter", 1).hit


def test_row_changed_back_is_a_hit(letters):
    cache.fill("letter", 1)
    letters.rows[1]["text"] = "two"
    cache.fill("letter", 1)
    letters.rows[1]["text"] = "one"
    assert cache.lookup("letter", 1).hit


def test_new_template_version_is_a_miss(letters):
    cache.fill("letter", 1)
    letters.become(template_version=2)
    assert not cache.lookup("letter", 1).hit


def test_lookup_never_renders(letters):
    cache.lookup("letter", 1)
    assert letters.renders == 0


def test_lookup_takes_one_snapshot(letters):
    taken = []
    snapshot = letters.type.snapshot
    letters.become(snapshot=lambda pk: taken.append(pk) or snapshot(pk))
    cache.lookup("letter", 1)
    assert taken == [1]


def test_hit_within_a_day_of_expiry_expires_soon(letters, settings):
    cache.fill("letter", 1)
    settings.PDF_CACHE_DAYS = 2
    assert not cache.lookup("letter", 1).expires_soon
    settings.PDF_CACHE_DAYS = 1
    assert cache.lookup("letter", 1).expires_soon


def test_gone_row_is_said(letters):
    with pytest.raises(DocumentGone):
        cache.lookup("letter", 2)


def test_unknown_kind_is_said(letters):
    with pytest.raises(UnknownKind):
        cache.lookup("postcard", 1)


def test_store_away_is_not_a_miss(letters, settings):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(StoreError):
        cache.lookup("letter", 1)
