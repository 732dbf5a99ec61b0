"""A setting or a document type that cannot work stops the start; no check asks the network."""

import pytest
from django.core import checks

from tests.proxy import closed_port


def ids():
    return {message.id for message in checks.run_checks(tags=["pdfcache"])}


def test_settings_of_the_program_pass_without_network(settings, letters):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("S3_ENDPOINT_URL", "", "E001"),
        ("S3_REGION", None, "E001"),
        ("S3_ACCESS_KEY", "", "E001"),
        ("S3_SECRET_KEY", "", "E001"),
        ("PDFCACHE_SECRET", b"bytes are no text", "E001"),
        ("S3_ENDPOINT_URL", "127.0.0.1:9000", "E002"),
        ("S3_ENDPOINT_URL", "ftp://files.example.com", "E002"),
        ("S3_ENDPOINT_URL", "http://files.example.com:port", "E002"),
        ("S3_PUBLIC_ENDPOINT_URL", "https://files.example.com/s3", "E002"),
        ("S3_PUBLIC_ENDPOINT_URL", "https://user@files.example.com", "E002"),
        ("S3_CACHE_BUCKET", "no", "E003"),
        ("S3_CACHE_BUCKET", "Upper-Case", "E003"),
        ("S3_CACHE_BUCKET", "under_score", "E003"),
        ("PDF_URL_TTL_S", 0, "E005"),
        ("PDF_URL_TTL_S", 604_801, "E005"),
        ("PDF_URL_TTL_S", "300", "E005"),
        ("PDF_CACHE_DAYS", 1, "E006"),
        ("ARCHIVE_RETENTION_DAYS", 0, "E007"),
        ("PDFCACHE_SECRET", "short", "E008"),
    ],
)
def test_wrong_setting_is_an_error(name, value, expected, settings):
    setattr(settings, name, value)
    assert ids() == {f"pdfcache.{expected}"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_PUBLIC_ENDPOINT_URL", "https://files.example.com/"),
        ("S3_PUBLIC_ENDPOINT_URL", ""),
        ("PDF_URL_TTL_S", 1),
        ("PDF_URL_TTL_S", 604_800),
        ("PDF_CACHE_DAYS", 2),
        ("ARCHIVE_RETENTION_DAYS", 3_650),
        ("ARCHIVE_RETENTION_DAYS", None),
    ],
)
def test_setting_at_its_bounds_passes(name, value, settings):
    setattr(settings, name, value)
    assert ids() == set()


def test_bucket_used_twice_is_an_error(settings):
    settings.S3_MEDIA_BUCKET = settings.S3_ARCHIVE_BUCKET
    assert ids() == {"pdfcache.E004"}


def test_kind_unsafe_for_keys_is_an_error(desk_of):
    desk_of("letter/../parcel")
    assert ids() == {"pdfcache.E009"}


@pytest.mark.parametrize("version", [0, -1, "1", True])
def test_senseless_template_version_is_an_error(version, letters):
    letters.become(template_version=version)
    assert ids() == {"pdfcache.E010"}
