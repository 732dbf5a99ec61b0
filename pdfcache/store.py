"""The data plane: objects in S3, through the `minio` SDK, which nothing else imports.

A missing object is a value; everything else that goes wrong with S3 is a StoreError.
"""

import base64
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import certifi
import urllib3
from django.conf import settings
from django.utils.http import content_disposition_header
from minio import Minio
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error

from pdfcache.errors import StoreError

CONNECT_TIMEOUT_S = 1
DEFAULT_READ_TIMEOUT_S = 3
# Workers, which nobody waits for, read the many bytes of an archive or a micrograph.
WORKER_READ_TIMEOUT_S = 30
POOL_SIZE = 32
SINGLE_PUT_MIN_BYTES = 5 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024

# The SDK parses what the server says with int(), strptime and ElementTree, and lets their errors through.
_FAILURES = (MinioException, urllib3.exceptions.HTTPError, ParseError, ValueError, OSError)


@dataclass(frozen=True)
class ObjectInfo:
    """An object as S3 reports it; `sha256` is of the bytes, in hex, None if it was not put by us."""

    key: str
    size: int
    last_modified: datetime
    version_id: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Measured:
    """SHA-256 in hex and length of the bytes that were read, whatever S3 reports."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Written:
    """The result of a put: `version_id` is None in a bucket without versions."""

    key: str
    sha256: str
    version_id: str | None


def stat(key: str, *, bucket: str | None = None, version_id: str | None = None) -> ObjectInfo | None:
    """One HEAD. None only when S3 answers 404; raises StoreError."""
    with _talking("look up", key) as client:
        try:
            found = client.stat_object(_bucket(bucket), key, version_id=version_id)
        except S3Error as error:
            if error.response.status == 404:
                return None
            raise
        headers: Any = found.metadata
        return ObjectInfo(
            key,
            found.size or 0,
            _dated(found.last_modified),
            found.version_id,
            headers.get("x-amz-meta-sha256"),
        )


def put(
    key: str,
    data: bytes,
    *,
    bucket: str | None = None,
    content_type: str = "application/pdf",
    metadata: dict[str, str] | None = None,
    read_timeout_s: float | None = None,
    sha256: str = "",
) -> Written:
    """Writes the object whole or not at all: S3 compares the bytes with their SHA-256.

    `sha256` is that, in hex, where the caller knows it. Idempotent where there are no
    versions; raises StoreError.
    """
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    headers: dict[str, Any] = {
        **(metadata or {}),
        "sha256": sha256,
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode(),
    }
    with _talking("write", key, read_timeout_s) as client:
        result = client.put_object(
            _bucket(bucket),
            key,
            io.BytesIO(data),
            len(data),
            content_type=content_type,
            metadata=headers,
            part_size=max(len(data), SINGLE_PUT_MIN_BYTES),  # in parts, the checksum would be of no part
        )
        if not result.etag:
            raise ValueError("S3 did not confirm with an ETag")
    return Written(key, sha256, result.version_id)


def get(
    key: str,
    *,
    bucket: str | None = None,
    version_id: str | None = None,
    read_timeout_s: float | None = None,
) -> bytes:
    """The bytes of an object, all of them; raises StoreError, also when there is no such object."""
    with (
        _talking("read", key, read_timeout_s) as client,
        _opened(client, key, bucket, version_id) as response,
    ):
        return response.read()


def measure(
    key: str,
    *,
    bucket: str | None = None,
    version_id: str | None = None,
    read_timeout_s: float | None = None,
) -> Measured | None:
    """Reads an object whole, a part at a time. None only when S3 answers 404; raises StoreError."""
    digest, size = hashlib.sha256(), 0
    with _talking("read", key, read_timeout_s) as client:
        try:
            with _opened(client, key, bucket, version_id) as response:
                for chunk in response.stream(CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
        except S3Error as error:
            if error.response.status == 404:
                return None
            raise
    return Measured(digest.hexdigest(), size)


def list(prefix: str, *, bucket: str | None = None) -> Iterator[ObjectInfo]:
    """The objects whose key begins with `prefix`, in pages of 1,000; raises StoreError."""
    with _talking("list", prefix) as client:
        for found in client.list_objects(_bucket(bucket), prefix=prefix, recursive=True):
            yield ObjectInfo(str(found.object_name), found.size or 0, _dated(found.last_modified))


def delete(keys: Iterable[str], *, bucket: str | None = None) -> int:
    """Deletes in batches of 1,000; returns how many, also counting missing ones. Raises StoreError."""
    wanted = [DeleteObject(key) for key in keys]
    with _talking("delete", f"{len(wanted)} objects") as client:
        refused = [*client.remove_objects(_bucket(bucket), wanted)]
    if refused:
        raise StoreError(f"The object store kept {refused[0].name} ({refused[0].code}); a retry helps.")
    return len(wanted)


def presign(
    key: str,
    filename: str,
    ttl_s: int,
    *,
    bucket: str | None = None,
    version_id: str | None = None,
    content_type: str = "application/pdf",
) -> str:
    """A URL at the public endpoint that opens the object in a browser for `ttl_s` seconds.

    Sends no request.
    """
    public = _client_at(settings.S3_PUBLIC_ENDPOINT_URL or settings.S3_ENDPOINT_URL)
    return public.presigned_get_object(
        _bucket(bucket),
        key,
        expires=timedelta(seconds=ttl_s),
        version_id=version_id,
        response_headers={
            "response-content-type": content_type,
            "response-cache-control": "private, no-store",
            "response-content-disposition": _disposition(filename),
        },
    )


@contextmanager
def _opened(client: Minio, key: str, bucket: str | None, version_id: str | None) -> Iterator[Any]:
    response = client.get_object(_bucket(bucket), key, version_id=version_id)
    try:
        if "content-length" not in response.headers:
            raise ValueError("S3 gave no length, so that a cut would go unseen")
        yield response
    finally:
        response.close()
        response.release_conn()


def _disposition(filename: str) -> str:
    printable = "".join(char for char in filename if char.isprintable())
    return content_disposition_header(False, printable) or "inline"


def _dated(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("S3 gave no date of modification")
    return moment


def _bucket(bucket: str | None) -> str:
    return bucket or settings.S3_CACHE_BUCKET


def _client_at(endpoint_url: str, read_timeout_s: float | None = None) -> Minio:
    timeout_s = read_timeout_s or getattr(settings, "S3_READ_TIMEOUT_S", DEFAULT_READ_TIMEOUT_S)
    return _client(
        endpoint_url, settings.S3_REGION, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY, timeout_s
    )


@lru_cache(maxsize=8)
def _client(endpoint_url: str, region: str, access_key: str, secret_key: str, read_timeout_s: float) -> Minio:
    url = urlsplit(endpoint_url)
    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s),
        retries=False,
        maxsize=POOL_SIZE,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )
    # A browser sends the host in lower case, so it is signed like that.
    endpoint = url.netloc.lower() + url.path.rstrip("/")
    # The region is given, or else the SDK asks S3 for it before the first signature.
    return Minio(
        endpoint, access_key, secret_key, secure=url.scheme == "https", region=region, http_client=pool
    )


# A child that used its parent's sockets would read the parent's answers.
os.register_at_fork(after_in_child=_client.cache_clear)


@contextmanager
def _talking(verb: str, what: str, read_timeout_s: float | None = None) -> Iterator[Minio]:
    client = _client_at(settings.S3_ENDPOINT_URL, read_timeout_s)
    try:
        yield client
    except _FAILURES as error:
        reason = getattr(error, "code", None) or type(error).__name__
        raise StoreError(
            f"The object store did not {verb} {what} ({reason}); a retry later helps."
        ) from error
