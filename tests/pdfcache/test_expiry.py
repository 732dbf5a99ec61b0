"""The rule that prepare writes really empties the cache, on a private server whose clock can be hurried."""

import subprocess
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config

from config.embedded import SeaweedFS
from pdfcache import cache, lifecycle, store

SHELL_TIMEOUT_S = 60


@pytest.fixture
def weed(tmp_path, settings):
    """A SeaweedFS of this test's own, which the settings name."""
    server = SeaweedFS(tmp_path / "s3", durable=False)
    server.launch()
    try:
        server.wait_until_ready()
        for name, value in server.settings().items():
            setattr(settings, name, value)
        settings.S3_PUBLIC_ENDPOINT_URL = settings.S3_ENDPOINT_URL
        yield server
    finally:
        server.stop()


def make_expiry_due(settings):
    """Keep the rule that prepare wrote, but for its date: yesterday instead of in so many days."""
    s3 = boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name=settings.S3_REGION,
        aws_access_key_id=settings.S3_ACCESS_KEY,
        aws_secret_access_key=settings.S3_SECRET_KEY,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=settings.S3_CACHE_BUCKET)["Rules"]
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due = rule | {"Expiration": {"Date": midnight - timedelta(days=1)}}
    s3.put_bucket_lifecycle_configuration(
        Bucket=settings.S3_CACHE_BUCKET, LifecycleConfiguration={"Rules": [due]}
    )


def run_lifecycle(weed):
    ports = weed.ports
    subprocess.run(
        [weed.command()[0], "shell", f"-master=127.0.0.1:{ports['master.port']}.{ports['master.port.grpc']}"],
        input=f"s3.lifecycle.run-shard -shards 0-15 -s3 127.0.0.1:{ports['s3.port.grpc']} -runtime 10s\n",
        text=True,
        check=True,
        capture_output=True,
        timeout=SHELL_TIMEOUT_S,
    )


def test_expired_pdfs_go_and_everything_else_stays(weed, desk_of, settings):
    lifecycle.prepare()
    letters = desk_of("letter")
    letters.rows[1] = {"text": "one"}
    cache.fill("letter", 1)
    store.put("elsewhere/x.pdf", b"%PDF-")
    store.put("reports/1.pdf", b"%PDF-", bucket=settings.S3_ARCHIVE_BUCKET)
    make_expiry_due(settings)
    run_lifecycle(weed)
    assert not cache.lookup("letter", 1).hit
    assert store.stat("elsewhere/x.pdf")
    assert store.stat("reports/1.pdf", bucket=settings.S3_ARCHIVE_BUCKET)
    assert cache.fill("letter", 1).rendered
