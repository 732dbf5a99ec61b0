from pdfcache import cache, store


def test_stats_counts_objects_and_bytes_per_kind(letters, desk_of):
    store.put("cache/letter/1/a.pdf", b"%PDF-")
    store.put("cache/letter/2/b.pdf", b"%PDF-1.4")
    store.put("cache/parcel/1/c.pdf", b"%PDF-1")
    assert cache.stats() == {"letter": (2, 13), "parcel": (1, 6)}
    assert cache.stats("letter", 2) == {"letter": (1, 8)}


def test_stats_of_an_empty_cache_is_empty(shelf):
    assert cache.stats() == {}


def test_cached_lists_size_and_date_of_each_object(letters):
    filled = cache.fill("letter", 1)
    [(key, size, last_modified)] = cache.cached("letter", 1)
    assert (key, size) == (filled.key, len(store.get(filled.key)))
    assert last_modified == store.stat(key).last_modified


def test_documents_lists_each_document_once(letters):
    letters.rows[10] = {"text": "ten"}
    for pk in (10, 1):
        cache.fill("letter", pk)
    letters.rows[1]["text"] = "two"
    cache.fill("letter", 1)
    assert cache.documents() == [("letter", 1), ("letter", 10)]
