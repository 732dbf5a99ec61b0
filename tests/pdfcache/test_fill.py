from concurrent.futures import ThreadPoolExecutor

import pytest

from pdfcache import cache, store
from pdfcache.errors import DocumentGone, RenderError, StoreError
from tests.proxy import closed_port


def test_fill_makes_a_hit(letters):
    filled = cache.fill("letter", 1)
    assert (filled.rendered, filled.hit, filled.expires_soon) == (True, True, False)
    assert cache.lookup("letter", 1).hit
    assert store.get(filled.key) == letters.type.render({"text": "one"}, {})


def test_fill_twice_renders_once(letters):
    cache.fill("letter", 1)
    again = cache.fill("letter", 1)
    assert (again.rendered, again.hit, letters.renders) == (False, True, 1)


def test_fill_of_a_changed_row_renders_again(letters):
    first = cache.fill("letter", 1)
    letters.rows[1]["text"] = "two"
    second = cache.fill("letter", 1)
    assert second.rendered and second.key != first.key
    assert b"two" in store.get(second.key)


def test_fill_of_an_object_that_expires_soon_renews_it(letters, settings, s3, shelf):
    key = cache.fill("letter", 1).key
    s3.put_object(Bucket=shelf, Key=key, Body=b"old")
    settings.PDF_CACHE_DAYS = 1
    assert cache.fill("letter", 1).rendered
    assert store.get(key).startswith(b"%PDF-")


def test_put_is_under_the_key_of_the_very_snapshot_rendered(letters):
    draw = letters.type.render

    def draw_while_somebody_edits(snapshot, assets):
        letters.rows[1] = {"text": "two"}
        return draw(snapshot, assets)

    letters.become(render=draw_while_somebody_edits)
    filled = cache.fill("letter", 1)
    assert b"one" in store.get(filled.key)
    assert not cache.lookup("letter", 1).hit


def test_late_fill_stores_what_the_row_is_now(letters):
    letters.rows[1]["text"] = "two"
    letters.rows[1]["text"] = "three"
    assert b"three" in store.get(cache.fill("letter", 1).key)


def test_fills_at_once_leave_one_object(letters):
    with ThreadPoolExecutor(4) as pool:
        filled = list(pool.map(lambda _: cache.fill("letter", 1), range(8)))
    assert len({one.key for one in filled}) == 1
    assert len(cache.cached("letter", 1)) == 1


def test_render_gets_the_assets_of_its_snapshot(letters):
    letters.become(
        assets=lambda snapshot: {"logo": snapshot["text"].encode()},
        render=lambda snapshot, assets: b"%PDF-" + assets["logo"],
    )
    assert store.get(cache.fill("letter", 1).key) == b"%PDF-one"


def test_failed_render_names_its_cause_and_stores_nothing(letters):
    def draw(snapshot, assets):
        raise ZeroDivisionError("no columns")

    letters.become(render=draw)
    with pytest.raises(RenderError, match="does not help") as raised:
        cache.fill("letter", 1)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert cache.cached("letter", 1) == []


@pytest.mark.parametrize("content", [b"", b"<html>", None])
def test_what_is_no_pdf_is_not_stored(content, letters):
    letters.become(render=lambda snapshot, assets: content)
    with pytest.raises(RenderError, match="no PDF"):
        cache.fill("letter", 1)
    assert cache.cached("letter", 1) == []


def test_gone_row_is_said(letters):
    with pytest.raises(DocumentGone):
        cache.fill("letter", 2)


def test_store_away_is_said_before_any_render(letters, settings):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(StoreError):
        cache.fill("letter", 1)
    assert letters.renders == 0
