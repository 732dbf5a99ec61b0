"""System checks: a setting or a document type that cannot work stops the start. No network here."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from pdfcache import keys, registry

TAG = "pdfcache"
BUCKETS = ("S3_CACHE_BUCKET", "S3_ARCHIVE_BUCKET", "S3_MEDIA_BUCKET")
TEXTS = ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY", "PDFCACHE_SECRET", *BUCKETS)
SECRET_MIN_LENGTH = 16
URL_TTL_MAX_S = 7 * 24 * 60 * 60  # the longest that S3 signs for
CACHE_MIN_DAYS = 2  # a hit is refilled within a day of its expiry: with one day every hit would be

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@register(TAG)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Errors E001 to E008 about the settings."""
    missing = [
        name for name in TEXTS if not isinstance(getattr(settings, name, None), str) or not _value(name)
    ]
    if missing:
        return [Error(f"The setting {name} is missing or empty.", id="pdfcache.E001") for name in missing]
    return [*_endpoints(), *_buckets(), *_numbers(), *_secret()]


@register(TAG)
def check_document_types(**_: Any) -> list[CheckMessage]:
    """Errors E009 and E010 about the registered document types."""
    return [problem for kind in registry.kinds() for problem in _document_type(registry.get(kind))]


def _endpoints() -> Iterator[CheckMessage]:
    for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL"):
        if _value(name) and not _is_endpoint(_value(name)):
            yield Error(f"{name} must be http(s)://host[:port] and nothing more.", id="pdfcache.E002")


def _is_endpoint(value: Any) -> bool:
    try:
        url = urlsplit(value)
        url.port  # noqa: B018  reading it is the check
    except (ValueError, AttributeError, TypeError):
        return False
    extras = url.path.strip("/") or url.query or url.fragment or url.username
    return url.scheme in ("http", "https") and bool(url.hostname) and not extras


def _buckets() -> Iterable[CheckMessage]:
    values = [_value(name) for name in BUCKETS]
    for name, value in zip(BUCKETS, values, strict=True):
        if not _BUCKET.fullmatch(value) or ".." in value:
            yield Error(f"{name} is no bucket name: 3 to 63 of a-z 0-9 . -", id="pdfcache.E003")
    if len(set(values)) < len(values):
        yield Error("The cache, the archive and the media need three different buckets.", id="pdfcache.E004")


def _numbers() -> Iterable[CheckMessage]:
    if not _is_int_between("PDF_URL_TTL_S", 1, URL_TTL_MAX_S):
        yield Error(f"PDF_URL_TTL_S must be 1 to {URL_TTL_MAX_S} seconds.", id="pdfcache.E005")
    if not _is_int_between("PDF_CACHE_DAYS", CACHE_MIN_DAYS):
        yield Error(f"PDF_CACHE_DAYS must be at least {CACHE_MIN_DAYS}.", id="pdfcache.E006")
    if _value("ARCHIVE_RETENTION_DAYS") is not None and not _is_int_between("ARCHIVE_RETENTION_DAYS", 1):
        yield Error("ARCHIVE_RETENTION_DAYS must be None or at least 1.", id="pdfcache.E007")


def _secret() -> Iterable[CheckMessage]:
    if len(_value("PDFCACHE_SECRET")) < SECRET_MIN_LENGTH:
        yield Error(f"PDFCACHE_SECRET needs {SECRET_MIN_LENGTH} characters.", id="pdfcache.E008")


def _document_type(document_type: registry.DocumentType) -> Iterator[CheckMessage]:
    kind, version = document_type.kind, document_type.template_version
    if not keys.is_safe_kind(kind):
        yield Error(f"The kind {kind!r} cannot stand in a key: use words-with-hyphens.", id="pdfcache.E009")
    if type(version) is not int or version < 1:
        yield Error(f"The template version of {kind!r} must be a positive integer.", id="pdfcache.E010")


def _is_int_between(name: str, low: int, high: int | None = None) -> bool:
    value = _value(name)
    return type(value) is int and low <= value and (high is None or value <= high)


def _value(name: str) -> Any:
    return getattr(settings, name, None)
