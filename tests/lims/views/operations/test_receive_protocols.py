"""POST /protocols/receive/: in JSON or by fields, by ids or by a filter, once per key, for the laboratory."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from lims.models import Operation, Protocol
from tests.operating import submitted, work

JSON = {"HTTP_ACCEPT": "application/json"}
URL = "/protocols/receive/"
# Session, user; the user locked, the same asked before; the operation, its savepoint's begin and end, the
# operation again, its job and wake-up.
STATEMENTS_MAX = 12

pytestmark = pytest.mark.django_db


def post(client, body: object):
    return client.post(URL, json.dumps(body), content_type="application/json", **JSON)


def received() -> set[int]:
    return set(Protocol.objects.filter(status="received").values_list("pk", flat=True))


def test_ids_in_json_become_an_operation_at_once(ana, bruno, browser):
    first, second, _left = submitted(3, [bruno.veterinarian])
    answer = post(browser(ana), {"ids": [first.pk, second.pk]})
    operation = Operation.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"operation_url": f"/operations/{operation.pk}/"})
    assert (operation.requested_by, operation.total, received()) == (ana, 2, set())
    work(operation)
    assert received() == {first.pk, second.pk}


@pytest.mark.parametrize("count", [1, 300])
def test_answer_hardly_depends_on_how_many(count, ana, bruno, browser, django_assert_max_num_queries):
    protocols = submitted(count, [bruno.veterinarian])
    client = browser(ana)
    with django_assert_max_num_queries(STATEMENTS_MAX):
        assert post(client, {"ids": [one.pk for one in protocols]}).status_code == 202


def test_filter_means_what_the_list_shows_by_it_and_nothing_else(ana, bruno, browser):
    protocols = submitted(6, [bruno.veterinarian])
    client = browser(ana)
    post(client, {"filter": {"status": "submitted", "kind": "cytology"}})
    listed = client.get("/protocols/?status=submitted&kind=cytology", **JSON).json()["results"]
    work(Operation.objects.get())
    assert received() == {row["id"] for row in listed} == {protocols[2].pk, protocols[5].pk}


@pytest.mark.parametrize(
    "filters",
    [{"status": "submited"}, {"state": "submitted"}, {"q": 7}, ["q"], None, {"q": "\ud800"}, {"\ud800": "q"}],
)
def test_filter_that_the_list_would_ignore_chooses_nothing(filters, ana, bruno, browser):
    submitted(1, [bruno.veterinarian])
    answer = post(browser(ana), {"filter": filters})
    assert answer.status_code == 409 and "filter" in answer.json()["fields"]
    assert not Operation.objects.exists()


def test_form_fields_do_the_same_and_lead_to_the_operation(ana, bruno, browser):
    first, second = submitted(2, [bruno.veterinarian])
    client = browser(ana)
    answer = client.post(URL, {"ids": [first.pk, second.pk]}, follow=True)
    assert answer.redirect_chain == [(f"/operations/{Operation.objects.get().pk}/", 302)]
    assert "Procesando 2 protocolos; se avisará al terminar." in answer.content.decode()
    client.post(URL, {"filter": "status=submitted"})
    assert Operation.objects.latest("pk").total == 2


def test_twice_with_one_key_is_one_operation(ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    client = browser(ana)
    answers = [post(client, {"ids": [protocol.pk], "key": "k1"}).json() for _ in range(2)]
    assert answers[0] == answers[1] and Operation.objects.count() == 1
    # Also once everything is done, by a filter that finds nothing any more.
    first = post(client, {"filter": {"status": "submitted"}, "key": "k2"}).json()
    for operation in Operation.objects.all():
        work(operation)
    assert post(client, {"filter": {"status": "submitted"}, "key": "k2"}).json() == first


@pytest.mark.parametrize("how", ["ids", "filter", "form"])
def test_what_a_proxy_sends_again_joins_the_operation_that_it_began(how, ana, bruno, browser):
    pks = [one.pk for one in submitted(2, [bruno.veterinarian])]
    body = {"ids": {"ids": pks}, "filter": {"filter": {"status": "submitted"}}}.get(how)
    client = browser(ana)

    def send() -> str:
        if body:
            return post(client, body).json()["operation_url"]
        return client.post(URL, {"ids": pks}, **JSON).json()["operation_url"]

    first = send()
    assert send() == first
    # Also when it has ended meanwhile, so that nothing of it is left to be received.
    work(Operation.objects.get())
    assert send() == first and Operation.objects.count() == 1


def test_asked_again_later_or_where_something_is_left_to_do_it_is_another_operation(
    ana, alma, bruno, browser
):
    pks = [one.pk for one in submitted(2, [bruno.veterinarian])]
    client, body = browser(ana), {"filter": {"status": "submitted"}}
    urls = [post(client, body).json()["operation_url"]]
    work(Operation.objects.get())
    Protocol.objects.filter(pk=pks[0]).update(status="submitted")
    urls.append(post(client, body).json()["operation_url"])
    work(Operation.objects.latest("pk"))
    urls.append(post(client, {"ids": pks}).json()["operation_url"])
    urls.append(post(browser(alma), {"ids": pks}).json()["operation_url"])
    work(Operation.objects.latest("pk"))
    Operation.objects.update(state="done", created_at=timezone.now() - timedelta(minutes=3))
    urls.append(post(client, {"ids": pks}).json()["operation_url"])
    Operation.objects.update(state="cancelled", created_at=timezone.now())
    urls.append(post(client, {"ids": pks}).json()["operation_url"])
    assert len(set(urls)) == len(urls)


def test_two_people_may_have_the_same_key(ana, alma, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    urls = {
        post(browser(user), {"ids": [protocol.pk], "key": "k"}).json()["operation_url"]
        for user in (ana, alma)
    }
    assert len(urls) == 2


@pytest.mark.parametrize("key", ["k" * 65, "a\x00b", "a\nb"])
def test_key_of_no_form_of_ours_is_refused(key, ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    assert post(browser(ana), {"ids": [protocol.pk], "key": key}).status_code == 409
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{"ids": []}, {}, {"ids": [1], "filter": {}}, {"ids": "1"}, {"ids": ["x"]}, {"ids": [True]}, [], 7],
)
def test_what_makes_no_sense_is_a_sentence_and_no_operation(body, ana, browser):
    answer = post(browser(ana), body)
    assert answer.status_code == 409 and answer.json()["error"]
    assert not Operation.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"ids": [' + b"9" * 5_000 + b"]}"])
def test_body_that_is_no_json_is_a_sentence(body, ana, browser):
    answer = browser(ana).post(URL, body, content_type="application/json", **JSON)
    assert answer.status_code == 409 and answer.json()["error"]


@pytest.mark.parametrize("foreign", [2**62, 2**70, -1, 0])
def test_ids_that_are_not_there_start_nothing(foreign, ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    answer = post(browser(ana), {"ids": [protocol.pk, foreign]})
    assert answer.status_code == 409 and answer.json()["fields"]["ids"]
    assert not Operation.objects.exists()


def test_a_vets_draft_is_as_if_it_were_not_there(ana, bruno, browser):
    (draft,) = submitted(1, [bruno.veterinarian], status="draft", temporary_code=None)
    assert post(browser(ana), {"ids": [draft.pk]}).status_code == 409


def test_vets_may_not_and_strangers_must_log_in(client, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    assert post(browser(bruno), {"ids": [protocol.pk]}).status_code == 403
    assert post(client, {"ids": [protocol.pk]}).status_code == 401
    assert not Operation.objects.exists()


def test_without_the_token_nothing_happens(ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    client = browser(ana)
    client.handler.enforce_csrf_checks = True
    assert post(client, {"ids": [protocol.pk]}).status_code == 403
    assert not Operation.objects.exists()
