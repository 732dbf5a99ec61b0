"""Objects are whole, dated and checked, in one bucket or another, by version where there are versions."""

import base64
import hashlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import urllib3
from botocore.exceptions import ClientError

from pdfcache import store

KEY = "cache/letter/1/a.pdf"
PDF = b"%PDF-1.4 text"


def test_put_reads_back_whole(shelf):
    written = store.put(KEY, PDF)
    assert store.get(KEY) == PDF
    assert (written.sha256, written.version_id) == (hashlib.sha256(PDF).hexdigest(), None)


def test_put_says_type_and_digest(shelf, s3):
    store.put(KEY, PDF, metadata={"origin": "tests"})
    head = s3.head_object(Bucket=shelf, Key=KEY, ChecksumMode="ENABLED")
    assert head["ContentType"] == "application/pdf"
    assert head["Metadata"] == {"sha256": hashlib.sha256(PDF).hexdigest(), "origin": "tests"}
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(PDF).digest()).decode()


def test_put_of_many_megabytes_is_one_checked_object(shelf, s3):
    data = b"%PDF-" + bytes(11 * 1024 * 1024)
    store.put(KEY, data)
    head = s3.head_object(Bucket=shelf, Key=KEY, ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert hashlib.sha256(store.get(KEY)).digest() == hashlib.sha256(data).digest()


def test_bytes_that_differ_from_their_checksum_are_refused(shelf, s3):
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    with pytest.raises(ClientError):
        s3.put_object(Bucket=shelf, Key=KEY, Body=PDF, ChecksumSHA256=wrong)
    assert store.stat(KEY) is None


def test_put_cut_half_way_leaves_nothing(shelf, s3):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": shelf, "Key": KEY})
    target = urlsplit(url)
    start = f"PUT {target.path}?{target.query} HTTP/1.1"
    head = f"{start}\r\nHost: {target.netloc}\r\nContent-Length: 100000\r\n\r\n"
    with socket.create_connection((target.hostname, target.port)) as connection:
        connection.sendall(head.encode() + PDF)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert b" 200 " not in answer
    assert store.stat(KEY) is None
    assert urllib3.request("PUT", url, body=PDF).status == 200  # the same request, whole


def test_stat_tells_size_date_and_digest(shelf, s3):
    store.put(KEY, PDF)
    found = store.stat(KEY)
    assert (found.key, found.size, found.sha256) == (KEY, len(PDF), hashlib.sha256(PDF).hexdigest())
    assert found.last_modified == s3.head_object(Bucket=shelf, Key=KEY)["LastModified"]


def test_stat_of_a_missing_object_is_none(shelf):
    assert store.stat(KEY) is None


def test_stat_of_somebody_elses_object_has_no_digest(shelf, s3):
    s3.put_object(Bucket=shelf, Key=KEY, Body=PDF)
    assert store.stat(KEY).sha256 is None


def test_bucket_may_be_another(shelf, versioned_bucket):
    store.put(KEY, PDF, bucket=versioned_bucket, content_type="image/png")
    assert store.stat(KEY) is None
    assert store.get(KEY, bucket=versioned_bucket) == PDF
    assert [found.key for found in store.list("cache/", bucket=versioned_bucket)] == [KEY]


def test_version_is_read_by_its_id(versioned_bucket):
    first = store.put(KEY, b"%PDF-first", bucket=versioned_bucket).version_id
    second = store.put(KEY, b"%PDF-second", bucket=versioned_bucket).version_id
    assert store.get(KEY, bucket=versioned_bucket, version_id=first) == b"%PDF-first"
    assert store.get(KEY, bucket=versioned_bucket) == b"%PDF-second"
    assert store.stat(KEY, bucket=versioned_bucket).version_id == second
    assert store.stat(KEY, bucket=versioned_bucket, version_id=first).size == len(b"%PDF-first")


def test_list_gives_what_the_prefix_says(shelf):
    for key in ("cache/letter/1/a.pdf", "cache/letter/10/a.pdf", "cache/letters/1/a.pdf"):
        store.put(key, PDF)
    assert [found.key for found in store.list("cache/letter/1/")] == ["cache/letter/1/a.pdf"]
    assert len([*store.list("cache/")]) == 3


def test_delete_of_a_missing_object_is_no_error(shelf):
    store.put(KEY, PDF)
    assert store.delete([KEY, "cache/letter/1/never.pdf"]) == 2
    assert store.stat(KEY) is None


def test_delete_of_nothing_is_nothing(shelf):
    assert store.delete([]) == 0


def test_threads_share_a_client(shelf):
    keys = [f"cache/letter/{number}/a.pdf" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, key.encode()), keys))
        assert list(pool.map(store.get, keys)) == [key.encode() for key in keys]


def test_child_after_fork_has_connections_of_its_own(shelf):
    for name in ("parent", "child"):
        store.put(f"cache/{name}/1/a.pdf", name.encode() * 5_000)  # and warms the parent's connection
    child = os.fork()
    if child == 0:
        os._exit(_wrong_reads("child"))
    assert _wrong_reads("parent") == 0
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _wrong_reads(name: str) -> int:
    try:
        return sum(store.get(f"cache/{name}/1/a.pdf") != name.encode() * 5_000 for _ in range(30))
    except Exception:
        return 99


def test_measure_reads_what_the_bytes_are_and_not_what_they_are_called(shelf, s3):
    data = os.urandom(3 * store.CHUNK_BYTES + 1)
    s3.put_object(Bucket=shelf, Key=KEY, Body=data, Metadata={"sha256": "something else"})
    assert store.measure(KEY) == store.Measured(hashlib.sha256(data).hexdigest(), len(data))


def test_measure_names_the_version(versioned_bucket):
    first = store.put(KEY, b"%PDF-first", bucket=versioned_bucket)
    store.put(KEY, b"%PDF-second one", bucket=versioned_bucket)
    measured = store.measure(KEY, bucket=versioned_bucket, version_id=first.version_id)
    assert measured == store.Measured(first.sha256, len(b"%PDF-first"))


def test_measure_of_a_missing_object_is_none(shelf, versioned_bucket):
    assert store.measure(KEY) is None
    store.put(KEY, PDF, bucket=versioned_bucket)
    assert store.measure(KEY, bucket=versioned_bucket, version_id="0" * 32) is None
