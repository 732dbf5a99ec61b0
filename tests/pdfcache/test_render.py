from pdfcache import cache
from tests.proxy import closed_port


def test_render_needs_no_store(letters, settings):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    content, filename = cache.render("letter", 1)
    assert (content[:5], filename) == (b"%PDF-", "letter.pdf")


def test_render_keeps_nothing(letters):
    cache.render("letter", 1)
    assert cache.cached("letter", 1) == []
