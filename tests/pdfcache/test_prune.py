import pytest

from pdfcache import cache, store


@pytest.fixture
def edited(letters):
    """A letter filled, edited and filled again: one object current, one superseded."""
    old = cache.fill("letter", 1).key
    letters.rows[1]["text"] = "two"
    return old, cache.fill("letter", 1).key


def test_prune_keeps_the_current(edited):
    assert cache.prune("letter", 1) == 1
    assert [kept.key for kept in cache.cached("letter", 1)] == [edited[1]]


def test_prune_twice_deletes_once(edited):
    cache.prune("letter", 1)
    assert cache.prune("letter", 1) == 0


def test_prune_deletes_superseded_objects_of_an_unfilled_change(edited, letters):
    letters.rows[1]["text"] = "three"
    assert cache.prune("letter", 1) == 2
    assert cache.cached("letter", 1) == []


def test_prune_of_a_gone_row_deletes_all(edited, letters):
    del letters.rows[1]
    assert cache.prune("letter", 1) == 2


def test_prune_leaves_other_documents_alone(edited, letters):
    letters.rows[10] = {"text": "ten"}
    other = cache.fill("letter", 10).key
    letters.rows[10]["text"] = "eleven"
    cache.prune("letter", 1)
    assert store.stat(other)


def test_prune_never_deletes_what_a_fill_puts_meanwhile(edited, letters):
    """The row changes and is filled between the listing and the snapshot, then it changes again."""
    snapshot, filled = letters.type.snapshot, []

    def change_and_fill_first(pk):
        letters.become(snapshot=snapshot)
        letters.rows[1]["text"] = "three"
        filled.append(cache.fill("letter", 1).key)
        letters.rows[1]["text"] = "four"
        return snapshot(pk)

    letters.become(snapshot=change_and_fill_first)
    cache.prune("letter", 1)
    assert store.stat(filled[0])
