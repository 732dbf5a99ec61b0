"""An operation's page, its JSON, what failed as CSV, its buttons, and the list of operations."""

import csv
import io

import pytest

from lims.models import Operation
from tests import factories
from tests.operating import poisoned, start, submitted, work

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, operation, progress; with failures those and their names; in HTML the counts of the header,
# and what was received, for its labels.
STATEMENTS_JSON, STATEMENTS_FAILED, STATEMENTS_HTML = 4, 6, 8

pytestmark = pytest.mark.django_db


@pytest.fixture
def protocols(bruno):
    return submitted(5, [bruno.veterinarian])


@pytest.fixture
def operation(ana, protocols) -> Operation:
    return start(ana, protocols)


def url(operation: Operation, end: str = "") -> str:
    return f"/operations/{operation.pk}/{end}"


def state_of(client, operation: Operation) -> dict:
    return client.get(url(operation), **JSON).json()


def failed(ana, protocols, bad) -> Operation:
    with poisoned(bad):
        return work(start(ana, protocols))


def test_json_tells_how_far_it_is(ana, protocols, operation, browser, django_assert_num_queries):
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS_JSON):
        before = state_of(client, operation)
    numbers = ("state", "total", "done", "failed", "pending", "failures", "eta_s")
    assert [before[name] for name in numbers] == ["running", 5, 0, 0, 5, [], None]
    work(operation)
    assert [state_of(client, operation)[name] for name in numbers] == ["done", 5, 5, 0, 0, [], 0]


def test_failures_have_item_reason_and_link(ana, protocols, browser, django_assert_num_queries):
    bad = protocols[1]
    operation = failed(ana, protocols, [bad])
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS_FAILED):
        (failure,) = state_of(client, operation)["failures"]
    assert (failure["item"], failure["url"]) == (bad.temporary_code, f"/protocols/{bad.pk}/")
    with django_assert_num_queries(STATEMENTS_HTML):
        page = client.get(url(operation)).content.decode()
    assert f'href="/protocols/{bad.pk}/"' in page and failure["reason"] in page
    assert "Reintentar fallidos" in page and "Terminó, pero no se pudo hacer todo" in page


def test_failures_are_in_pages_and_in_a_file(ana, bruno, browser, monkeypatch):
    monkeypatch.setattr("lims.views.operations.operations.FAILURES_READ", 7)
    protocols = submitted(130, [bruno.veterinarian])
    operation = failed(ana, protocols, protocols[5:])
    client = browser(ana)
    first = state_of(client, operation)
    second = client.get(first["next"], **JSON).json()
    items = [failure["item"] for failure in first["failures"] + second["failures"]]
    assert (len(first["failures"]), second["next"]) == (100, None)
    assert items == [one.temporary_code for one in protocols[5:]]
    page = client.get(url(operation)).content.decode()
    assert page.count("<tr>") == 1 + 25 and "?after=" in page
    answer = client.get(url(operation), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == items
    assert rows[1][2] == f"http://testserver/protocols/{protocols[5].pk}/"


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "\x00"])
def test_page_that_makes_no_sense_is_the_first(after, ana, protocols, browser):
    operation = failed(ana, protocols, protocols[:1])
    answer = browser(ana).get(url(operation), {"after": after}, **JSON)
    assert len(answer.json()["failures"]) == 1


def test_page_works_without_scripts_and_says_who_and_when(ana, operation, browser):
    client = browser(ana)
    page = client.get(url(operation)).content.decode()
    assert '<noscript><meta http-equiv="refresh"' in page
    assert '<progress class="bar" max="5" value="0"' in page
    assert ana.email in page and "<time datetime=" in page and "Cancelar" in page
    work(operation)
    assert "http-equiv" not in client.get(url(operation)).content.decode()


def test_numbers_of_the_bar_are_for_machines(ana, bruno, browser):
    protocols = submitted(1_001, [bruno.veterinarian])
    page = browser(ana).get(url(work(start(ana, protocols)))).content.decode()
    assert 'max="1001" value="1001"' in page and "1.001 de 1.001" in page


def test_polling_never_starts_anything_and_is_not_kept(ana, operation, browser):
    from actors.models import Job

    before = Job.objects.count()
    answer = browser(ana).get(url(operation, "status/"))
    assert answer["Cache-Control"] == "no-store" and "<html" not in answer.content.decode()
    assert Job.objects.count() == before
    assert browser(ana).get(url(operation, "status/"), **JSON).json()["state"] == "running"


def test_cancel_resume_and_retry(ana, protocols, browser):
    operation = start(ana, protocols)
    client = browser(ana)
    assert client.post(url(operation, "cancel/"), **JSON).json()["state"] == "cancelled"
    assert "Reanudar" in client.get(url(operation)).content.decode()
    assert client.post(url(operation, "resume/"), **JSON).status_code == 202
    with poisoned(protocols[:2]):
        work(operation)
    assert state_of(client, operation)["failed"] == 2
    assert client.post(url(operation, "retry/")).url == url(operation)
    work(operation)
    assert [state_of(client, operation)[name] for name in ("state", "done", "failed")] == ["done", 5, 0]


@pytest.mark.parametrize("end", ["cancel/", "resume/", "retry/"])
def test_ended_well_nothing_is_left_to_press(end, ana, operation, browser):
    work(operation)
    client = browser(ana)
    answer = client.post(url(operation, end), **JSON)
    assert answer.status_code == 409 and answer.json()["error"]
    assert "notice-error" in client.post(url(operation, end), follow=True).content.decode()
    page = client.get(url(operation)).content.decode()
    assert f"{url(operation, end)}" not in page


def test_buttons_twice_are_harmless(ana, operation, browser):
    client = browser(ana)
    for end, state in (("cancel/", "cancelled"), ("resume/", "running")):
        answers = [client.post(url(operation, end), **JSON) for _ in range(2)]
        assert [answer.json()["state"] for answer in answers] == [state] * 2
    operation.refresh_from_db()
    assert operation.round == 2


def test_own_for_the_laboratory_all_for_administrators(ana, paula, alma, bruno, operation, browser):
    for user, answer in ((ana, 200), (alma, 200), (paula, 404), (bruno, 404)):
        for end in ("", "status/"):
            assert browser(user).get(url(operation, end)).status_code == answer
    assert browser(paula).post(url(operation, "cancel/")).status_code == 404
    operation.refresh_from_db()
    assert operation.is_running


def test_list_has_own_operations_newest_first_with_what_failed(ana, paula, alma, protocols, browser):
    first = failed(ana, protocols, protocols[:2])
    second = start(ana, protocols)
    other = start(paula, protocols)
    listed = browser(ana).get("/operations/", **JSON).json()["results"]
    assert [row["id"] for row in listed] == [second.pk, first.pk]
    assert len(browser(alma).get("/operations/", **JSON).json()["results"]) == 3
    running = browser(alma).get("/operations/?state=running", **JSON).json()["results"]
    assert [row["id"] for row in running] == [other.pk, second.pk]
    page = browser(ana).get("/operations/")
    assert {one.failed for one, _label in page.context["operations"]} == {2, None}


@pytest.mark.parametrize("count", [1, 12])
def test_list_asks_as_often_for_many(count, ana, protocols, browser, django_assert_num_queries):
    for _ in range(count):
        start(ana, protocols)
    client = browser(ana)
    # Session, user, operations, the counts of the header.
    with django_assert_num_queries(4):
        client.get("/operations/")


def test_empty_lists_say_so(ana, browser):
    assert "Todavía no hay operaciones" in browser(ana).get("/operations/").content.decode()
    assert "Nada coincide" in browser(ana).get("/operations/?state=running").content.decode()


def test_header_tells_of_own_running_operations_in_the_statement_that_it_has(
    ana, alma, operation, browser, django_assert_num_queries
):
    factories.ProtocolFactory()
    client = browser(ana)
    with django_assert_num_queries(4):
        assert "1 operación en curso" in client.get("/protocols/").content.decode()
    assert "operación en curso" not in browser(alma).get("/protocols/").content.decode()
    work(operation)
    assert "operación en curso" not in client.get("/protocols/").content.decode()


def test_labels_of_what_was_received_are_offered_once_it_has_ended(ana, protocols, browser):
    operation = start(ana, protocols)
    client = browser(ana)
    assert "/labels/make/" not in client.get(url(operation)).content.decode()
    with poisoned(protocols[:1]):
        work(operation)
    page = client.get(url(operation)).content.decode()
    received = ",".join(str(protocol.pk) for protocol in protocols[1:])
    assert f'name="protocol" value="{received}"' in page
    assert client.post("/labels/make/", {"protocol": received}).status_code == 302
