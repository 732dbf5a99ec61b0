"""A bucket of these tests' own, document types to play with, and S3 servers that misbehave."""

import contextlib
import socket
import threading
import uuid
from dataclasses import replace
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from django.conf import settings as configured

from pdfcache import cache, registry
from pdfcache.errors import DocumentGone


class DocumentRows:
    """The rows of a document type and how often they were rendered."""

    def __init__(self, kind: str) -> None:
        self.rows: dict[int, dict] = {}
        self.renders = 0
        self.type = registry.DocumentType(
            kind=kind,
            template_version=1,
            snapshot=self._snapshot,
            assets=lambda snapshot: {},
            render=self._render,
            filename=lambda snapshot: f"{kind}.pdf",
            pks=lambda: sorted(self.rows),
        )

    def _snapshot(self, pk: int) -> dict:
        if pk not in self.rows:
            raise DocumentGone(f"Row {pk} is gone; a retry does not help.")
        return dict(self.rows[pk])

    def _render(self, snapshot: dict, assets: dict) -> bytes:
        self.renders += 1
        return b"%PDF-1.4 " + repr(sorted(snapshot.items())).encode()

    def become(self, **changes) -> None:
        """Replace parts of the document type, as a new version of the code would."""
        self.type = replace(self.type, **changes)
        registry._types[self.type.kind] = self.type


@pytest.fixture
def desk_of(monkeypatch):
    """Makes a desk for a kind and registers its document type, until the test's end."""
    monkeypatch.setattr(registry, "_types", {})

    def make(kind: str) -> DocumentRows:
        desk = DocumentRows(kind)
        registry.register(desk.type)
        return desk

    return make


@pytest.fixture
def letters(desk_of, shelf):
    desk = desk_of("letter")
    desk.rows[1] = {"text": "one"}
    return desk


@pytest.fixture(scope="session")
def s3():
    """The server as an administrator sees it, to arrange and to look behind the package's back."""
    return boto3.client(
        "s3",
        endpoint_url=configured.S3_ENDPOINT_URL,
        region_name=configured.S3_REGION,
        aws_access_key_id=configured.S3_ACCESS_KEY,
        aws_secret_access_key=configured.S3_SECRET_KEY,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="session")
def shelf_bucket(s3):
    bucket = f"{configured.S3_CACHE_BUCKET}-shelf"
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket)
    return bucket


@pytest.fixture
def shelf(shelf_bucket, settings):
    """The empty cache bucket of these tests."""
    settings.S3_CACHE_BUCKET = shelf_bucket
    cache.invalidate()
    return shelf_bucket


@pytest.fixture
def versioned_bucket(s3):
    """A bucket that keeps versions, empty, gone after the test."""
    bucket = f"{configured.S3_CACHE_BUCKET}-versions"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    yield bucket
    remove_bucket(s3, bucket)


def remove_bucket(s3, bucket: str) -> None:
    """Delete a bucket with all versions in it, also locked ones, if it is there."""
    with contextlib.suppress(s3.exceptions.NoSuchBucket):
        listed = s3.list_object_versions(Bucket=bucket)
        for version in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
            s3.delete_object(
                Bucket=bucket,
                Key=version["Key"],
                VersionId=version["VersionId"],
                BypassGovernanceRetention=True,
            )
        s3.delete_bucket(Bucket=bucket)


@pytest.fixture
def bare(settings, s3):
    """Settings that name three buckets which do not exist; what a test makes of them is removed."""
    names = {
        name: f"{getattr(configured, name)}-{uuid.uuid4().hex[:8]}"
        for name in ("S3_CACHE_BUCKET", "S3_ARCHIVE_BUCKET", "S3_MEDIA_BUCKET")
    }
    for name, bucket in names.items():
        setattr(settings, name, bucket)
    yield settings
    for bucket in names.values():
        remove_bucket(s3, bucket)


@pytest.fixture
def s3_address():
    url = urlsplit(configured.S3_ENDPOINT_URL)
    return url.hostname, url.port


@pytest.fixture
def server_answering(settings):
    """Starts a server that gives every request the same bytes, then hangs up; the settings point to it."""
    with contextlib.ExitStack() as stack:

        def start(answer: bytes) -> None:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_serve, args=(listener, answer), daemon=True).start()
            settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start


def _serve(listener: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):  # the listener was closed: the test is over
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                _read_request(connection)
                connection.sendall(answer)


def _read_request(connection: socket.socket) -> None:
    head, _, body = _until_blank_line(connection).partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length and (chunk := connection.recv(65536)):
        body += chunk


def _until_blank_line(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and (chunk := connection.recv(65536)):
        received += chunk
    return received
