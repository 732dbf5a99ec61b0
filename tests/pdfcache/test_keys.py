"""Any change of what is printed changes the key; nothing else does."""

import json
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pdfcache import keys

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers() | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
SNAPSHOTS = st.dictionaries(TEXT, VALUES, max_size=5)
KINDS = st.lists(st.text("abc12", min_size=1, max_size=4), min_size=1, max_size=3).map(
    lambda words: "k" + "-".join(words)
)
PKS = st.integers(0, 2**63)


def strict(value):
    """A form in which 1, True and "1" differ, as they do on paper."""
    return json.dumps(value, sort_keys=True)


def leaf_paths(value, path=()):
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if children is None:
        yield path
        return
    for name, child in children:
        yield from leaf_paths(child, (*path, name))


def with_leaf(value, path, leaf):
    if not path:
        return leaf
    changed = value.copy()
    changed[path[0]] = with_leaf(value[path[0]], path[1:], leaf)
    return changed


def reordered(value):
    if isinstance(value, dict):
        return {name: reordered(child) for name, child in reversed(value.items())}
    return [reordered(child) for child in value] if isinstance(value, list) else value


@given(SNAPSHOTS, LEAVES, st.data())
def test_any_changed_leaf_changes_the_digest(snapshot, leaf, data):
    paths = [path for path in leaf_paths(snapshot) if path]
    assume(paths)
    changed = with_leaf(snapshot, data.draw(st.sampled_from(paths)), leaf)
    assume(strict(changed) != strict(snapshot))
    assert keys.digest("letter", 1, 1, changed) != keys.digest("letter", 1, 1, snapshot)


@given(SNAPSHOTS, SNAPSHOTS)
def test_digests_agree_only_if_snapshots_do(one, other):
    same = keys.digest("letter", 1, 1, one) == keys.digest("letter", 1, 1, other)
    assert same == (strict(one) == strict(other))


@given(SNAPSHOTS)
def test_order_of_names_does_not_change_the_digest(snapshot):
    assert keys.digest("letter", 1, 1, reordered(snapshot)) == keys.digest("letter", 1, 1, snapshot)


@given(st.tuples(KINDS, st.integers(1, 10**9), PKS), st.tuples(KINDS, st.integers(1, 10**9), PKS), SNAPSHOTS)
def test_kind_version_and_pk_change_the_digest(one, other, snapshot):
    same = keys.digest(*one, snapshot) == keys.digest(*other, snapshot)
    assert same == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("letter", 1, 23), ("letter", 12, 3)),
        (("letter", 11, 1), ("letter1", 1, 1)),
        (("a", 1, 1), ("a1:1", 1, 1)),
    ],
)
def test_parts_do_not_run_into_each_other(one, other):
    assert keys.digest(*one, {}) != keys.digest(*other, {})


def test_secret_changes_the_digest(settings):
    before = keys.digest("letter", 1, 1, {})
    settings.PDFCACHE_SECRET = "another secret of some length"
    assert keys.digest("letter", 1, 1, {}) != before


@given(SNAPSHOTS)
def test_canonical_json_reads_back_as_the_snapshot(snapshot):
    assert strict(json.loads(keys.canonical_json(snapshot))) == strict(snapshot)


def test_canonical_json_is_sorted_compact_utf8():
    assert keys.canonical_json({"b": [1, None, True], "a": "ñ"}) == '{"a":"ñ","b":[1,null,true]}'.encode()


@pytest.mark.parametrize("value", [1.5, float("nan"), Decimal("1"), b"x", (1,), {1}, object()])
def test_value_without_one_spelling_is_refused_by_path(value):
    with pytest.raises(TypeError, match=r"snapshot\.lines\[1\]\.price is a "):
        keys.canonical_json({"lines": ["x", {"price": value}]})


def test_name_that_is_not_text_is_refused():
    with pytest.raises(TypeError, match=r"snapshot\.prices has the key 1"):
        keys.canonical_json({"prices": {1: "x"}})


def test_lone_surrogate_is_refused():
    with pytest.raises(TypeError, match="surrogate"):
        keys.canonical_json({"text": "\ud83d"})


@given(KINDS, PKS, SNAPSHOTS)
def test_key_tells_its_document(kind, pk, snapshot):
    key = keys.cache_key(kind, pk, keys.digest(kind, 1, pk, snapshot))
    assert key.startswith(keys.prefix(kind, pk))
    assert keys.parse(key) == (kind, pk)


@given(KINDS, PKS, KINDS, PKS)
def test_prefixes_of_two_documents_never_nest(kind, pk, other_kind, other_pk):
    one, other = keys.prefix(kind, pk), keys.prefix(other_kind, other_pk)
    assert one.startswith(other) == ((kind, pk) == (other_kind, other_pk))


@pytest.mark.parametrize("kind", ["", "Letter", "a/b", "..", "a b", "ñ", "a-", "-a", "a--b", "a" * 41, "a\n"])
def test_unsafe_kind_gets_no_prefix(kind):
    with pytest.raises(ValueError, match="key"):
        keys.prefix(kind)


def test_pk_without_kind_gets_no_prefix():
    with pytest.raises(ValueError, match="kind"):
        keys.prefix(pk=1)


@pytest.mark.parametrize("key", ["cache/letter/1/x.pdf", "letter/1/" + "0" * 64 + ".pdf", "", "cache/"])
def test_foreign_key_is_not_parsed(key):
    assert keys.parse(key) is None
