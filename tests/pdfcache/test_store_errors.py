"""Whatever S3 does or says, callers see a value or a StoreError."""

import contextlib
import socket
import threading

import pytest

from pdfcache import lifecycle, store
from pdfcache.errors import StoreError
from tests.proxy import PASS, RESET, Proxy, closed_port

GIVE_UP_S = 30

DATE = b"Last-Modified: Mon, 23 Nov 2026 17:19:57 GMT\r\n"
VERBS = {
    "stat": lambda: store.stat("cache/letter/1/a.pdf"),
    "get": lambda: store.get("cache/letter/1/a.pdf"),
    "put": lambda: store.put("cache/letter/1/a.pdf", b"%PDF-"),
    "measure": lambda: store.measure("cache/letter/1/a.pdf"),
    "list": lambda: [*store.list("cache/")],
    "delete": lambda: store.delete(["cache/letter/1/a.pdf"]),
}
LIFECYCLE_VERBS = {
    "drift": lifecycle.drift,
    "prepare": lifecycle.prepare,
    "write expiry": lifecycle.write_expiry,
}


def answer(status: str, body: bytes = b"", headers: bytes = b"Content-Type: application/xml\r\n") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), headers, body)


ERROR = b"<Error><Code>%s</Code><Message>no</Message></Error>"
REFUSALS = {
    "403": answer("403 Forbidden", ERROR % b"AccessDenied"),
    "403 empty": answer("403 Forbidden"),
    "500": answer("500 Internal Server Error", ERROR % b"InternalError"),
    "503 of a proxy": answer("503 Service Unavailable", b"<html>", b"Content-Type: text/html\r\n"),
    "400": answer("400 Bad Request"),
    "redirect away": answer("307 Temporary Redirect", b"", b"Location: http://127.0.0.1:1/\r\n"),
    "not HTTP": b"220 smtp.example ESMTP\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "error not XML": answer("500 Internal Server Error", b"<<<"),
    "error not UTF-8": answer("500 Internal Server Error", b"<Error>\xff\xfe</Error>"),
    "length not a number": b"HTTP/1.1 500 Oops\r\nContent-Length: many\r\n\r\n",
}


@pytest.fixture
def silent_server():
    """Takes connections, into the kernel's queue, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def full_server():
    """Has its queue of connections full, so that the kernel ignores who knocks."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def raised_in_time(verb):
    """What the verb raised, or None if it still waits after a time that no configured limit allows."""
    raised = []

    def run() -> None:
        try:
            verb()
        except Exception as error:
            raised.append(type(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(GIVE_UP_S)
    return raised[0] if raised else None


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_is_a_store_error(verb, refusal, server_answering):
    server_answering(REFUSALS[refusal])
    with pytest.raises(StoreError, match="retry"):
        VERBS[verb]()


@pytest.mark.parametrize("verb", LIFECYCLE_VERBS)
@pytest.mark.parametrize("refusal", ["403", "redirect away", "error not XML", "error not UTF-8"])
def test_lifecycle_refusal_is_a_store_error(verb, refusal, server_answering):
    server_answering(REFUSALS[refusal])
    with pytest.raises(StoreError, match="retry"):
        LIFECYCLE_VERBS[verb]()


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("stat", answer("200 OK")),
        ("stat", answer("200 OK", headers=b"Last-Modified: yesterday\r\n")),
        ("get", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n%PDF"),
        ("get", answer("404 Not Found", ERROR % b"NoSuchKey")),
        ("measure", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n%PDF"),
        ("measure", b"HTTP/1.1 200 OK\r\n\r\n%PDF"),
        ("list", answer("200 OK", b"<ListBucketResult><Name>a</Name>")),
        ("list", answer("200 OK", b"<Something/>")),
        ("list", answer("200 OK", b"")),
        (
            "list",
            answer(
                "200 OK",
                b"<ListBucketResult><Name>a</Name><Contents><Key>k</Key><Size>x</Size></Contents></ListBucketResult>",
            ),
        ),
        ("delete", answer("200 OK", b"\xff")),
        ("delete", answer("200 OK", ERROR % b"AccessDenied")),
    ],
)
def test_senseless_answer_is_a_store_error(verb, reply, server_answering):
    server_answering(reply)
    with pytest.raises(StoreError, match="retry"):
        VERBS[verb]()


def test_only_404_is_a_missing_object(server_answering):
    server_answering(answer("404 Not Found"))
    assert store.stat("cache/letter/1/a.pdf") is None


@pytest.mark.parametrize("verb", [*VERBS, *LIFECYCLE_VERBS])
def test_closed_port_is_a_store_error(verb, settings):
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(StoreError, match="retry"):
        (VERBS | LIFECYCLE_VERBS)[verb]()


def test_senseless_rule_is_a_store_error(server_answering):
    rule = b"<Rule><Expiration><Days>soon</Days></Expiration></Rule>"
    server_answering(answer("200 OK", b"<LifecycleConfiguration>%s</LifecycleConfiguration>" % rule))
    with pytest.raises(StoreError, match="retry"):
        lifecycle.write_expiry()


@pytest.mark.parametrize("verb", VERBS)
def test_server_that_never_answers_is_given_up(verb, settings, silent_server):
    settings.S3_READ_TIMEOUT_S = 0.1
    settings.S3_ENDPOINT_URL = silent_server
    assert raised_in_time(VERBS[verb]) is StoreError


def test_server_that_never_accepts_is_given_up(settings, full_server):
    settings.S3_ENDPOINT_URL = full_server
    assert raised_in_time(VERBS["stat"]) is StoreError


def test_answer_that_is_cut_leaves_the_next_request_whole(shelf, s3_address, settings):
    store.put("cache/letter/1/a.pdf", b"%PDF-" + b"x" * 50_000)
    with Proxy(s3_address[1]) as proxy:
        settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{proxy.port}"
        proxy.mode = RESET
        with pytest.raises(StoreError):
            store.get("cache/letter/1/a.pdf")
        proxy.mode = PASS
        assert len(store.get("cache/letter/1/a.pdf")) == 50_005
