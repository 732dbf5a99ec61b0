"""The control plane: buckets, expiry, versions and locks, through `boto3`, which nothing else imports.

`prepare` only adds and lengthens; what it may not or cannot change, `drift` reports.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from pdfcache.errors import StoreError
from pdfcache.keys import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EXPIRY_RULE = "pdfcache-expiry"
ABORT_UPLOADS_AFTER_DAYS = 1
CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 10

_ABSENT = {"404", "NoSuchBucket", "NoSuchLifecycleConfiguration", "ObjectLockConfigurationNotFoundError"}
# botocore lets int() and strptime fail on what the server says, and follows a redirect between regions by
# asking itself again, without end.
_FAILURES = (BotoCoreError, ClientError, ValueError, RecursionError)


def prepare() -> list[str]:
    """Makes the buckets, the expiry of the cache and the lock of the archive; returns the drift that stays.

    Idempotent, safe beside another one; raises StoreError.
    """
    with _talking() as client:
        _make_bucket(client, settings.S3_CACHE_BUCKET)
        _make_bucket(client, settings.S3_ARCHIVE_BUCKET, locked=True)
        _make_bucket(client, settings.S3_MEDIA_BUCKET)
        _write_expiry(client)
        _lengthen_retention(client)
    return drift()


def write_expiry() -> None:
    """Writes the cache bucket's expiry rule, keeping rules with other ids. Idempotent; raises StoreError."""
    with _talking() as client:
        _write_expiry(client)


def drift() -> list[str]:
    """One sentence per difference of the storage from the settings; changes nothing. Raises StoreError."""
    with _talking() as client:
        return [*_cache_drift(client), *_archive_drift(client), *_media_drift(client)]


def expiry_drift() -> list[str]:
    """The part of `drift` about the cache bucket; changes nothing. Raises StoreError."""
    with _talking() as client:
        return [*_cache_drift(client)]


def _cache_drift(client: "S3Client") -> Iterator[str]:
    bucket, days = settings.S3_CACHE_BUCKET, settings.PDF_CACHE_DAYS
    if not _exists(client, bucket):
        yield f"The cache bucket {bucket} is missing."
        return
    if not any(_same_expiry(rule) for rule in _rules(client, bucket)):
        yield f"The cache bucket {bucket} does not expire {ROOT} after {days} days."
    if _versioned(client, bucket):
        yield f"The cache bucket {bucket} keeps versions, so what expires there still takes space."


def _archive_drift(client: "S3Client") -> Iterator[str]:
    bucket = settings.S3_ARCHIVE_BUCKET
    if not _exists(client, bucket):
        yield f"The archive bucket {bucket} is missing."
        return
    lock = _lock(client, bucket)
    if lock.get("ObjectLockEnabled") != "Enabled":
        yield f"The archive bucket {bucket} is not locked, and a lock comes only with a new bucket."
    elif _retention(lock) != _wanted_retention():
        kept, wanted = _in_words(_retention(lock)), _in_words(_wanted_retention())
        yield f"The archive bucket {bucket} has {kept}; the settings want {wanted}."
    if not _versioned(client, bucket):
        yield f"The archive bucket {bucket} keeps no versions."
    yield from _expiry_where_none_belongs(client, "archive", bucket)


def _media_drift(client: "S3Client") -> Iterator[str]:
    bucket = settings.S3_MEDIA_BUCKET
    if not _exists(client, bucket):
        yield f"The media bucket {bucket} is missing."
        return
    yield from _expiry_where_none_belongs(client, "media", bucket)


def _expiry_where_none_belongs(client: "S3Client", role: str, bucket: str) -> Iterator[str]:
    for rule in _rules(client, bucket):
        if rule["Status"] == "Enabled" and "Expiration" in rule:
            yield f"The {role} bucket {bucket} has the expiry rule {rule.get('ID')!r}; nothing may expire."


def _make_bucket(client: "S3Client", bucket: str, *, locked: bool = False) -> None:
    if _exists(client, bucket):
        return
    options: dict[str, Any] = {"ObjectLockEnabledForBucket": True} if locked else {}
    if settings.S3_REGION != "us-east-1":  # S3 refuses its own default as a location
        options["CreateBucketConfiguration"] = {"LocationConstraint": settings.S3_REGION}
    try:
        client.create_bucket(Bucket=bucket, **options)
    except ClientError:
        # Another prepare was faster: servers say so in various words, SeaweedFS even with NoSuchBucket.
        if not _exists(client, bucket):
            raise


def _write_expiry(client: "S3Client") -> None:
    rules = _rules(client, settings.S3_CACHE_BUCKET)
    if any(_same_expiry(rule) for rule in rules):
        return
    others = [rule for rule in rules if rule.get("ID") != EXPIRY_RULE]
    client.put_bucket_lifecycle_configuration(
        Bucket=settings.S3_CACHE_BUCKET, LifecycleConfiguration={"Rules": [*others, _expiry_rule()]}
    )


def _expiry_rule() -> Any:
    return {
        "ID": EXPIRY_RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ROOT},
        "Expiration": {"Days": settings.PDF_CACHE_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_UPLOADS_AFTER_DAYS},
    }


def _same_expiry(rule: Any) -> bool:
    # Not every server keeps the abort part, and nothing of ours uploads in parts: its loss is no drift.
    wanted = _expiry_rule()
    return all(rule.get(field) == wanted[field] for field in ("ID", "Status", "Filter", "Expiration"))


def _lengthen_retention(client: "S3Client") -> None:
    lock, wanted = _lock(client, settings.S3_ARCHIVE_BUCKET), _wanted_retention()
    if lock.get("ObjectLockEnabled") != "Enabled" or wanted is None:
        return
    kept = _retention(lock)
    if kept is None or (kept["Mode"] == wanted["Mode"] and kept.get("Days", wanted["Days"]) < wanted["Days"]):
        client.put_object_lock_configuration(
            Bucket=settings.S3_ARCHIVE_BUCKET,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": wanted}},
        )


def _wanted_retention() -> Any:
    days = settings.ARCHIVE_RETENTION_DAYS
    return None if days is None else {"Mode": "GOVERNANCE", "Days": days}


def _retention(lock: Any) -> Any:
    return lock.get("Rule", {}).get("DefaultRetention")


def _in_words(retention: Any) -> str:
    if retention is None:
        return "no default retention"
    length = f"{retention['Days']} days" if "Days" in retention else f"{retention['Years']} years"
    return f"a {retention['Mode']} retention of {length}"


def _exists(client: "S3Client", bucket: str) -> bool:
    return bool(_found(client.head_bucket, bucket))


def _versioned(client: "S3Client", bucket: str) -> bool:
    return _found(client.get_bucket_versioning, bucket).get("Status") == "Enabled"


def _rules(client: "S3Client", bucket: str) -> list[Any]:
    return _found(client.get_bucket_lifecycle_configuration, bucket).get("Rules", [])


def _lock(client: "S3Client", bucket: str) -> Any:
    return _found(client.get_object_lock_configuration, bucket).get("ObjectLockConfiguration", {})


def _found(ask: Callable[..., Any], bucket: str) -> Any:
    try:
        return ask(Bucket=bucket)
    except ClientError as error:
        if _code(error) in _ABSENT:
            return {}
        raise


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))


@lru_cache(maxsize=4)
def _client(endpoint_url: str, region: str, access_key: str, secret_key: str) -> "S3Client":
    return Session().client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        verify=os.environ.get("SSL_CERT_FILE"),
        config=Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": 4, "mode": "standard"},
            s3={"addressing_style": "path"},
        ),
    )


os.register_at_fork(after_in_child=_client.cache_clear)


@contextmanager
def _talking() -> Iterator["S3Client"]:
    client = _client(
        settings.S3_ENDPOINT_URL, settings.S3_REGION, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY
    )
    try:
        yield client
    except _FAILURES as error:
        reason = _code(error) if isinstance(error, ClientError) else type(error).__name__
        raise StoreError(
            f"The object store's buckets could not be read or written ({reason}); a retry later helps."
        ) from error
