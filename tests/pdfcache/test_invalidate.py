from concurrent.futures import ThreadPoolExecutor

import pytest

from pdfcache import cache, store


@pytest.fixture
def shelved(letters, desk_of):
    """Letters 1 and 10 and parcel 1, all filled."""
    letters.rows[10] = {"text": "ten"}
    parcels = desk_of("letter-parcel")
    parcels.rows[1] = {"text": "one"}
    for kind, pk in [("letter", 1), ("letter", 10), ("letter-parcel", 1)]:
        cache.fill(kind, pk)


def hits():
    wanted = [("letter", 1), ("letter", 10), ("letter-parcel", 1)]
    return [document for document in wanted if cache.lookup(*document).hit]


def test_invalidate_a_document_leaves_its_neighbours(shelved):
    assert cache.invalidate("letter", 1) == 1
    assert hits() == [("letter", 10), ("letter-parcel", 1)]


def test_invalidate_a_kind_leaves_other_kinds(shelved):
    assert cache.invalidate("letter") == 2
    assert hits() == [("letter-parcel", 1)]


def test_invalidate_all_leaves_what_is_not_cache(shelved):
    store.put("elsewhere/x.pdf", b"%PDF-")
    assert cache.invalidate() == 3
    assert hits() == []
    assert store.stat("elsewhere/x.pdf")


def test_invalidate_deletes_superseded_objects_too(shelved, letters):
    letters.rows[1]["text"] = "two"
    cache.fill("letter", 1)
    assert cache.invalidate("letter", 1) == 2


def test_next_fill_renders_afresh(shelved):
    cache.invalidate("letter", 1)
    assert cache.fill("letter", 1).rendered


def test_pk_without_kind_is_refused_and_deletes_nothing(shelved):
    with pytest.raises(ValueError, match="kind"):
        cache.invalidate(pk=1)
    assert len(hits()) == 3


def test_more_objects_than_a_batch_are_all_deleted(letters):
    keys = [f"cache/letter/1/{number:064x}.pdf" for number in range(1_005)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b"%PDF-"), keys))
    assert cache.invalidate("letter", 1) == 1_005
    assert cache.cached("letter", 1) == []
