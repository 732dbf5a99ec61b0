"""Whatever is sent to whichever address, its answer is one of ours: a page or a sentence, never a fault.

Which parameters an address has is seen from what its view looks for; so a new one is tried by itself. The
short form gives every value to all parameters of an address at once, `make drill` also to each of them alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from tests.drills.length import LONG
from tests.lims.views import things
from tests.lims.views.forms_on_page import sent_by_form
from tests.lims.views.kit.test_access import MATRIX, ROLES, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets"), pytest.mark.drill]

ANSWERED = {(200, "get"), (202, "get"), (302, "get"), (200, "post"), (302, "post"), (409, "post")}
# Percent-encoded already. Each of them has broken something somewhere.
ALONE = {"NUL": "a%00b", "5,000 digits": "9" * 5_000}
TOGETHER = {
    **ALONE,
    "half a character": "%ED%A0%80",
    "no UTF-8": "%FF",
    "less than nothing": "-1",
    "more than the database counts to": "9223372036854775808",
    "grouped": "999." * 12 + "999",
    "no number": "NaN",
    "digits of no keyboard": quote("²٣"),
    "a place in a list": quote("2026-01-01~1~1"),
    "a day in no calendar": "9999-99-99",
    "empty": "",
}
# The page whose form leads to an address, where that is not the address itself.
PAGES = {
    **dict.fromkeys(("cassettes_add", "slides_add", "request_make"), "protocol_processing"),
    **dict.fromkeys(("reception_reject", "reception_return"), "reception_sample"),
    **dict.fromkeys(("work_order_issue", "work_order_cancel", "work_order_send"), "work_order"),
    **dict.fromkeys(("report_amend", "report_withdraw"), "report"),
    **dict.fromkeys(("report_image", "report_images", "report_image_order"), "report_write"),
    **dict.fromkeys(("phrase", "phrase_remove"), "phrases"),
    **dict.fromkeys(("delivery_resend", "delivery_settle"), "deliveries"),
    "processing_mark": "processing",
    "processing_labels": "processing",
    "operation_start": "protocols",
    "operation_preview": "protocols",
    "protocols_receive": "protocols",
}
# What no page has in a form of its own: an action, and some of what it is about.
CHOSEN = {"action": "receive-protocols", "ids": "1"}
TRIED = [
    (name, method)
    for name, method in MATRIX
    if any((code, method) in ANSWERED for code in MATRIX[name, method]) or name.startswith("operation_")
]


@pytest.fixture
def cast(ana, bruno, paula, alma):
    return {"owner": bruno, "staff": ana, "author": paula, "admin": alma}


def role_of(name: str, method: str) -> str:
    """Return who is answered at an address."""
    answers = dict(zip(ROLES, MATRIX[name, method], strict=True))
    return min(("author", "owner", "staff", "admin"), key=lambda role: answers[role] in (403, 404))


@contextmanager
def watched() -> Iterator[set[str]]:
    """Gather the names that views look for in what was sent."""
    names: set[str] = set()

    def seen(method):
        def look(self, name, *args, **kwargs):
            names.add(name)
            return method(self, name, *args, **kwargs)

        return look

    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "getlist", "__contains__"):
            patch.setattr(QueryDict, method, seen(getattr(QueryDict, method)))
        yield names


def ask(client: Client, method: str, path: str, pairs: list[tuple[str, str]], **more) -> None:
    """Send pairs of a name and an encoded value, see that the answer is no fault, and undo what it did."""
    encoded = "&".join(f"{quote_plus(name)}={value}" for name, value in pairs)
    with transaction.atomic():
        if method == "get":
            answer = client.get(f"{path}?{encoded}", **more)
        else:
            answer = client.post(path, encoded, content_type="application/x-www-form-urlencoded", **more)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    assert answer.status_code < 500, (path, [(name, value[:40]) for name, value in pairs])


def usual(client: Client, name: str, method: str, path: str, arguments: dict) -> list[tuple[str, str]]:
    """Return what is usually sent there."""
    sent = {}
    if method == "post":
        page = PAGES.get(name, name)
        shown = client.get(address(page, arguments)) if (page, "get") in MATRIX else None
        sent = sent_by_form(shown.content.decode(), path) if shown and shown.status_code == 200 else {}
    if name.startswith("operation_") or name == "protocols_receive":
        sent |= CHOSEN
    return [(each, quote_plus(value)) for each, value in sent.items()]


@pytest.mark.parametrize(("name", "method"), TRIED)
def test_no_parameter_makes_a_fault(cast, browser, name, method):
    arguments = things.about(name, cast["owner"], cast["author"])
    client, path = browser(cast[role_of(name, method)]), address(name, arguments)
    base = usual(client, name, method, path, arguments)
    with watched() as names:
        ask(client, method, path, base)
        ask(client, method, path, [])
    tried = sorted((names | {each for each, _value in base}) - {"csrfmiddlewaretoken"})
    for value in TOGETHER.values():
        ask(client, method, path, [(each, value) for each in tried])
    for each in tried if LONG else ():
        others = [pair for pair in base if pair[0] != each]
        for value in ALONE.values():
            ask(client, method, path, [*others, (each, value)])
        ask(client, method, path, [*others, (each, "1"), (each, "x%00"), (each, "1")])
    ask(client, method, path, [pair for each in tried for pair in ((each, "1"), (each, "x%00"), (each, "1"))])
    ask(client, method, path, [(each, "%00") for each in tried], headers={"Accept": "application/json"})
    ask(client, method, path, [("format", "csv"), *((each, "%00") for each in tried)])


@pytest.mark.parametrize("name", [name for name, method in TRIED if method == "post"])
def test_no_body_of_another_kind_makes_a_fault(cast, browser, name):
    arguments = things.about(name, cast["owner"], cast["author"])
    client, path = browser(cast[role_of(name, "post")]), address(name, arguments)
    base = usual(client, name, "post", path, arguments)
    files = {each: SimpleUploadedFile("a\x00b.png", b"\x89PNG\x00") for each, _value in base}
    bodies = [
        {"data": files | {"image": SimpleUploadedFile("x.svg", b"<svg/>")}},
        {"data": {each: ["1", "2"] for each, _value in base}},
        *({"data": body, "content_type": "application/json"} for body in (b"[]", b"{", b"\xff", b"null")),
        {"data": b"no parts", "content_type": "multipart/form-data; boundary=x"},
    ]
    for body in bodies:
        with transaction.atomic():
            answer = client.post(path, **body)
            transaction.set_rollback(True)
        assert answer.status_code < 500, body
