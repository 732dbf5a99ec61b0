"""A presigned URL opens the PDF in a browser, for a while, for who was given it and nobody else."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from django.test import override_settings

from pdfcache import cache, store
from tests.proxy import closed_port

KEY = "cache/letter/1/a.pdf"
HOSTILE = {
    'Orden "45".pdf': 'inline; filename="Orden \\"45\\".pdf"',
    "back\\slash.pdf": 'inline; filename="back\\\\slash.pdf"',
    "Ñandú.pdf": "inline; filename*=utf-8''%C3%91and%C3%BA.pdf",
    "🐕.pdf": "inline; filename*=utf-8''%F0%9F%90%95.pdf",
    "a\r\nSet-Cookie: x=1.pdf": 'inline; filename="aSet-Cookie: x=1.pdf"',
    "a;b=c&d%0a+e.pdf": 'inline; filename="a;b=c&d%0a+e.pdf"',
    "fdp.\u202eexe": 'inline; filename="fdp.exe"',
    "\ud83d.pdf": 'inline; filename=".pdf"',
    "\x00\n": "inline",
    "": "inline",
}


@pytest.fixture
def pdf(shelf):
    store.put(KEY, b"%PDF-1.4 text")
    return KEY


def open_(url):
    return urllib3.request("GET", url, retries=False, redirect=False)


def test_url_opens_the_pdf_inline_and_uncached(letters):
    filled = cache.fill("letter", 1)
    answer = open_(cache.url(filled))
    assert (answer.status, answer.data) == (200, store.get(filled.key))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'inline; filename="letter.pdf"'


def test_url_lives_as_long_as_the_setting_says(letters, settings):
    settings.PDF_URL_TTL_S = 77
    query = parse_qs(urlsplit(cache.url(cache.fill("letter", 1))).query)
    assert query["X-Amz-Expires"] == ["77"]


def test_miss_has_no_url(letters):
    with pytest.raises(ValueError, match="miss"):
        cache.url(cache.lookup("letter", 1))


@pytest.mark.parametrize("filename", HOSTILE)
def test_hostile_file_name_is_only_a_file_name(filename, pdf):
    answer = open_(store.presign(pdf, filename, 60))
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == HOSTILE[filename]
    assert "Set-Cookie" not in answer.headers


def test_another_type_than_a_pdf_is_the_callers_to_say(pdf):
    answer = open_(store.presign(pdf, "a.jpg", 60, content_type="image/jpeg"))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("a.pdf", "b.pdf"),
        ("X-Amz-Expires=60", "X-Amz-Expires=600"),
        ("private%2C%20no-store", "public"),
        ("inline", "attachment"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
    ],
)
def test_tampered_url_is_refused(part, other, pdf):
    store.put("cache/letter/1/b.pdf", b"%PDF-")
    url = store.presign(pdf, "letter.pdf", 60)
    assert part in url
    assert open_(url.replace(part, other)).status == 403


def test_anonymous_is_refused(pdf):
    url = urlsplit(store.presign(pdf, "letter.pdf", 60))
    assert open_(url._replace(query="").geturl()).status == 403


def test_expired_url_is_refused(pdf, monkeypatch):
    class Past(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(seconds=61)

    monkeypatch.setattr("minio.time.datetime", Past)
    url = store.presign(pdf, "letter.pdf", 60)
    signed = datetime.strptime(parse_qs(urlsplit(url).query)["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
    assert signed.replace(tzinfo=UTC) + timedelta(seconds=60) < datetime.now(UTC)
    assert open_(url).status == 403


def test_url_for_another_secret_is_refused(pdf):
    with override_settings(S3_SECRET_KEY="not the secret key"):
        url = store.presign(pdf, "letter.pdf", 60)
    assert open_(url).status == 403


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://s3.example.com", "https://s3.example.com"),
        ("https://S3.Example.com:8443/", "https://s3.example.com:8443"),
        ("https://s3.example.com:443", "https://s3.example.com"),
        ("http://files.example.com:9000", "http://files.example.com:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_url_is_at_the_public_endpoint(endpoint, origin, settings):
    settings.S3_PUBLIC_ENDPOINT_URL = endpoint
    url = store.presign(KEY, "letter.pdf", 60)
    assert url.startswith(f"{origin}/{settings.S3_CACHE_BUCKET}/{KEY}?")


def test_signing_sends_no_request(settings):
    settings.S3_ENDPOINT_URL = settings.S3_PUBLIC_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    assert "X-Amz-Signature=" in store.presign(KEY, "letter.pdf", 60)


def test_url_of_a_version_opens_that_version(versioned_bucket):
    first = store.put(KEY, b"%PDF-first", bucket=versioned_bucket).version_id
    store.put(KEY, b"%PDF-second", bucket=versioned_bucket)
    url = store.presign(KEY, "letter.pdf", 60, bucket=versioned_bucket, version_id=first)
    assert open_(url).data == b"%PDF-first"
