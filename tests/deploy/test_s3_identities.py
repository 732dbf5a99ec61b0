"""What each service's key may do, on a real SeaweedFS started by the script that the container runs."""

import os
import signal
import subprocess
import sysconfig
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
import urllib3
from botocore.config import Config

from config.embedded import ports
from pdfcache import lifecycle, store
from pdfcache.errors import StoreError
from tests.deploy import composition
from tests.deploy.composition import ROOT
from tests.processes import wait_until

BUCKETS = ("S3_CACHE_BUCKET", "S3_ARCHIVE_BUCKET", "S3_MEDIA_BUCKET")
PORTS = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc"]
PORTS += ["filer.port", "filer.port.grpc"]
WORKERS = ["worker-interactive", "worker-background"]
START = ROOT / "deploy" / "s3" / "start.sh"


class Shelf:
    """A running S3 with Compose's own identities."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = dict(zip(PORTS, ports.choose(len(PORTS)), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['s3.port']}"
        self.environ = composition.environment("s3") | places(home)
        options = [f"-{name}={port}" for name, port in self.ports.items()]
        # Relative to its folder, else they stay in the temporary one.
        options += ["-s3.localSocket=s3.sock", "-filer.localSocket=filer.sock"]
        with (home / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["sh", str(START), *options],
                env=self.environ, cwd=home, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.home / "log").read_text()[-3_000:]
        with suppress(urllib3.exceptions.HTTPError):
            return urllib3.request("GET", f"{self.url}/healthz", timeout=1, retries=False).status == 200
        return False

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for name, port in self.ports.items():
            part = name.partition(".")[0]
            Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108


def places(home: Path) -> dict[str, str]:
    """Return an environment that keeps a server's files in one folder and finds the wheel's program."""
    for name in ("data", "run"):
        (home / name).mkdir(exist_ok=True)
    folders = {"S3_DATA_DIR": str(home / "data"), "S3_RUNTIME_DIR": str(home / "run"), "HOME": str(home)}
    return folders | {"TMPDIR": str(home), "PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    running = Shelf(tmp_path_factory.mktemp("shelf"))
    try:
        wait_until(running.answers, "S3 answers")
        yield running
    finally:
        running.stop()


@pytest.fixture
def act_as(shelf, settings):
    """Makes the settings those of a service; the buckets are as `prepare` leaves them."""

    def become(service: str) -> None:
        environ = composition.environment(service)
        for name in (*BUCKETS, "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_REGION"):
            setattr(settings, name, environ[name])
        settings.S3_ENDPOINT_URL = settings.S3_PUBLIC_ENDPOINT_URL = shelf.url
        settings.S3_READ_TIMEOUT_S = 30  # a busy machine is slow to make a bucket's first volume

    become("prepare")
    assert lifecycle.prepare() == []
    return become


@pytest.fixture
def bucket(request, settings, act_as):
    return getattr(settings, request.param)


every_bucket = pytest.mark.parametrize("bucket", BUCKETS, indirect=True)
every_disposable_bucket = pytest.mark.parametrize(
    "bucket", ["S3_CACHE_BUCKET", "S3_MEDIA_BUCKET"], indirect=True
)


def fetch(url: str, method: str = "GET", **options) -> int:
    return urllib3.request(method, url, retries=False, **options).status


@every_bucket
def test_web_reads_lists_and_presigns(act_as, bucket):
    written = store.put("cache/read", b"paper", bucket=bucket)
    act_as("web")
    assert store.stat("cache/read", bucket=bucket, version_id=written.version_id).size == 5
    assert store.get("cache/read", bucket=bucket, version_id=written.version_id) == b"paper"
    assert "cache/read" in [found.key for found in store.list("cache/", bucket=bucket)]
    url = store.presign("cache/read", "paper.pdf", 60, bucket=bucket, version_id=written.version_id)
    assert fetch(url) == 200


@every_bucket
def test_web_sees_that_an_object_is_missing(act_as, bucket):
    act_as("web")
    assert store.stat("cache/never", bucket=bucket) is None


@every_bucket
def test_web_neither_puts_nor_deletes(act_as, bucket):
    written = store.put("cache/keep", b"paper", bucket=bucket)
    act_as("web")
    with pytest.raises(StoreError, match="AccessDenied"):
        store.put("cache/keep", b"forged", bucket=bucket)
    with pytest.raises(StoreError, match="AccessDenied"):
        store.delete(["cache/keep"], bucket=bucket)
    signed = store._client_at(store.settings.S3_ENDPOINT_URL).presigned_put_object(bucket, "cache/keep")
    assert fetch(signed, "PUT", body=b"forged") == 403
    assert store.get("cache/keep", bucket=bucket, version_id=written.version_id) == b"paper"


def test_web_cannot_change_the_storage(act_as):
    act_as("web")
    with pytest.raises(StoreError, match="AccessDenied"):
        lifecycle.drift()


@pytest.mark.parametrize("worker", WORKERS)
@every_disposable_bucket
def test_worker_puts_and_deletes_what_is_disposable(act_as, bucket, worker):
    act_as(worker)
    store.put("cache/mine", b"paper", bucket=bucket)
    assert store.get("cache/mine", bucket=bucket) == b"paper"
    assert store.delete(["cache/mine"], bucket=bucket) == 1
    assert store.stat("cache/mine", bucket=bucket) is None


@pytest.mark.parametrize("worker", WORKERS)
def test_worker_writes_and_reads_the_archive_and_cannot_delete_from_it(act_as, settings, worker):
    act_as(worker)
    archive = settings.S3_ARCHIVE_BUCKET
    written = store.put("reports/1", b"evidence", bucket=archive)
    with pytest.raises(StoreError, match="AccessDenied"):
        store.delete(["reports/1"], bucket=archive)
    with pytest.raises(StoreError, match="AccessDenied"), store._talking("delete", "a version") as client:
        client.remove_object(archive, "reports/1", version_id=written.version_id)
    assert store.get("reports/1", bucket=archive, version_id=written.version_id) == b"evidence"
    # What counts as issued is read back by its version, and verified by the same key later.
    measured = store.measure("reports/1", bucket=archive, version_id=written.version_id)
    assert measured == store.Measured(written.sha256, len(b"evidence"))


@pytest.mark.parametrize("worker", WORKERS)
def test_worker_reads_the_micrographs_that_a_report_names(act_as, settings, worker):
    act_as(worker)
    store.put("media/1", b"micrograph", bucket=settings.S3_MEDIA_BUCKET)
    assert store.get("media/1", bucket=settings.S3_MEDIA_BUCKET) == b"micrograph"


@pytest.mark.parametrize("service", ["web", *WORKERS, "sweeper"])
def test_nobody_but_prepare_reaches_another_bucket(act_as, service, s3_of):
    admin = s3_of("prepare")
    with suppress(admin.exceptions.BucketAlreadyOwnedByYou):
        admin.create_bucket(Bucket="somebody-elses")
    admin.put_object(Bucket="somebody-elses", Key="k", Body=b"x")
    act_as(service)
    with pytest.raises(StoreError, match="AccessDenied"):
        store.get("k", bucket="somebody-elses")
    with pytest.raises(StoreError, match="AccessDenied"):
        store.put("new", b"x", bucket="not-yet-there")


@every_bucket
def test_sweeper_may_nothing(act_as, bucket):
    store.put("cache/k", b"paper", bucket=bucket)
    act_as("sweeper")
    with pytest.raises(StoreError, match="AccessDenied"):
        store.get("cache/k", bucket=bucket)
    with pytest.raises(StoreError, match="AccessDenied"):
        next(store.list("cache/", bucket=bucket), None)
    with pytest.raises(StoreError, match="AccessDenied"):
        store.put("cache/k", b"x", bucket=bucket)


@every_bucket
def test_strangers_may_nothing(act_as, bucket, shelf):
    store.put("cache/k", b"paper", bucket=bucket)
    assert fetch(f"{shelf.url}/") == 403
    assert fetch(f"{shelf.url}/{bucket}") == 403
    assert fetch(f"{shelf.url}/{bucket}/cache/k") == 403
    assert fetch(f"{shelf.url}/{bucket}/cache/k", "PUT", body=b"x") == 403
    assert fetch(f"{shelf.url}/{bucket}/cache/k", "DELETE") == 403


def test_only_s3_listens_beyond_loopback(shelf):
    beyond = {row.split()[1].split(":")[1] for row in listening() if "0100007F" not in row.split()[1]}
    ours = {name for name, port in shelf.ports.items() if f"{port:04X}" in beyond}
    assert ours == {"s3.port", "s3.port.grpc"}


def listening() -> list[str]:
    rows = (
        Path("/proc/net/tcp").read_text().splitlines()[1:]
        + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    )
    return [row for row in rows if row.split()[3] == "0A"]


def test_secrets_are_in_a_private_file_and_not_in_the_arguments(shelf):
    assert (shelf.home / "run" / "identities.json").stat().st_mode & 0o077 == 0
    arguments = Path(f"/proc/{shelf.process.pid}/cmdline").read_text()
    assert not [secret for name, secret in shelf.environ.items() if "SECRET" in name and secret in arguments]


def test_templates_hold_no_secret():
    for file in (ROOT / "deploy" / "s3").glob("*.json"):
        for line in file.read_text().splitlines():
            assert 'Key": "' not in line or line.count('": "${S3_') == 2, f"{file.name}: {line}"


@pytest.mark.parametrize("secret", ["", 'a"b', "a$(id)b", "a b", "a\nb"])
def test_refuses_a_secret_that_is_missing_or_no_plain_word(tmp_path, secret):
    environ = composition.environment("s3") | places(tmp_path) | {"S3_WEB_SECRET_KEY": secret}
    started = subprocess.run(["sh", str(START)], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert started.returncode == 1
    assert started.stderr.startswith("S3_WEB_SECRET_KEY: ")


def test_expiry_deletes_what_a_rule_names_and_nothing_else(act_as, settings, shelf, s3_of):
    bucket = "with-a-past"
    admin = s3_of("prepare")
    admin.create_bucket(Bucket=bucket)
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Date": yesterday}}
    admin.put_object(Bucket=bucket, Key="old/k", Body=b"x")
    admin.put_object(Bucket=bucket, Key="new/k", Body=b"x")
    admin.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    places_of_it = {
        "EXPIRE_MASTER": f"127.0.0.1:{shelf.ports['master.port']}.{shelf.ports['master.port.grpc']}",
        "EXPIRE_S3_GRPC": f"127.0.0.1:{shelf.ports['s3.port.grpc']}",
        "EXPIRE_RUNTIME": "2s",
    }
    subprocess.run(
        ["sh", str(START.with_name("expire.sh")), "once"],
        env=shelf.environ | places_of_it, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert [found.key for found in store.list("", bucket=bucket)] == ["new/k"]


@pytest.fixture
def s3_of(shelf):
    """Returns the administrator's client, to look behind the program's back."""

    def client(service: str):
        environ = composition.environment(service)
        return boto3.client(
            "s3",
            endpoint_url=shelf.url,
            region_name="us-east-1",
            aws_access_key_id=environ["S3_ACCESS_KEY"],
            aws_secret_access_key=environ["S3_SECRET_KEY"],
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )

    return client
