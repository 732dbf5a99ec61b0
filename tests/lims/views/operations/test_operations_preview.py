"""Before anything happens: how many will change, how many not and why, and a form that counts once."""

import re

import pytest

from lims.models import Operation, Protocol
from tests import factories
from tests.lims.views.things import failed_delivery
from tests.operating import submitted, work

URL, START = "/operations/preview/", "/operations/start/"
RECEIVE = {"action": "receive-protocols"}
# Session, user, the groups, what is refused by name, the counts of the header.
STATEMENTS = 5

pytestmark = pytest.mark.django_db


def hidden(page: str) -> dict[str, str]:
    """The fields of the form that confirms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value.replace("&amp;", "&") for name, value in found if name != "csrfmiddlewaretoken"}


def preview(client, **data) -> str:
    answer = client.get(URL, RECEIVE | data)
    assert answer.status_code == 200
    return answer.content.decode()


def foreseen(client, **data):
    return client.get(URL, RECEIVE | data).context["foreseen"]


def test_tells_how_many_and_names_what_is_left_and_why(ana, bruno, browser):
    protocols = submitted(3, [bruno.veterinarian])
    done = factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="reported")
    shown = foreseen(browser(ana), ids=[one.pk for one in [*protocols, done]])
    (refused,) = shown.refused
    assert (shown.allowed, refused.count, refused.examples) == (3, 1, [done.number])
    assert refused.reason in preview(browser(ana), ids=[done.pk])


def test_the_list_offers_its_actions_in_the_order_of_the_work(ana, browser):
    offered = browser(ana).get("/protocols/").context["bulk_actions"]
    assert [action.name for action in offered] == [
        "receive-protocols",
        "process-protocols",
        "ready-protocols",
    ]


def test_changes_nothing(ana, bruno, browser):
    preview(browser(ana), ids=[submitted(1, [bruno.veterinarian])[0].pk])
    assert not Operation.objects.exists()
    assert Protocol.objects.get().status == "submitted"


@pytest.mark.parametrize("count", [2, 120])
@pytest.mark.parametrize("way", ["ids", "all"])
def test_statements_do_not_grow(way, count, ana, bruno, browser, django_assert_num_queries):
    protocols = submitted(count, [bruno.veterinarian])
    done = [factories.ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(2)]
    data = {"all": "1", "filter": ""} if way == "all" else {"ids": [one.pk for one in [*protocols, *done]]}
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS):
        preview(client, **data)


def test_only_the_first_fifty_are_named(ana, bruno, browser):
    factories.ProtocolFactory.create_batch(60, veterinarian=bruno.veterinarian)
    page = preview(browser(ana), all="1", filter="")
    assert "se nombran los primeros 50" in page and 'name="key"' not in page


def test_all_means_the_filtered_rows_also_when_it_is_confirmed(ana, bruno, carla, browser):
    mine, _others = submitted(3, [bruno.veterinarian]), submitted(3, [carla.veterinarian])
    client = browser(ana)
    page = preview(client, all="1", filter="status=submitted&q=bruno")
    client.post(START, hidden(page))
    work(Operation.objects.get())
    received = Protocol.objects.filter(status="received").values_list("pk", flat=True)
    assert set(received) == {one.pk for one in mine}


def test_confirmed_it_leads_to_the_operation_and_twice_to_the_same(ana, bruno, browser):
    protocols = submitted(50, [bruno.veterinarian])
    client = browser(ana)
    fields = hidden(preview(client, ids=[one.pk for one in protocols]))
    answers = [client.post(START, fields) for _ in range(2)]
    operation = Operation.objects.get()
    assert [answer.url for answer in answers] == [f"/operations/{operation.pk}/"] * 2
    assert operation.total == 50
    assert "Procesando 50 protocolos" in client.get(answers[0].url).content.decode()


def test_each_page_asks_with_a_key_of_its_own(ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    keys = {hidden(preview(browser(ana), ids=[protocol.pk]))["key"] for _ in range(2)}
    assert len(keys) == 2


def test_a_large_selection_may_be_posted(ana, bruno, browser):
    protocols = submitted(1_200, [bruno.veterinarian])
    data = RECEIVE | {"ids": ",".join(str(one.pk) for one in protocols)}
    assert browser(ana).post(URL, data).context["foreseen"].allowed == 1_200


@pytest.mark.parametrize("url", [URL, START])
@pytest.mark.parametrize(
    "data", [{}, {"ids": ""}, {"ids": "9999999"}, {"ids": "x"}, {"all": "1", "filter": "status=no"}]
)
def test_selection_that_makes_no_sense_leads_back_with_a_sentence(url, data, ana, browser):
    client = browser(ana)
    answer = client.post(url, RECEIVE | data, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/protocols/")
    assert "notice-error" in answer.content.decode()
    assert not Operation.objects.exists()


def test_back_to_the_list_keeps_its_filter(ana, browser):
    answer = browser(ana).get(URL, RECEIVE | {"filter": "status=submitted&q=a b"})
    assert answer.url == "/protocols/?status=submitted&q=a+b"


def test_roles_and_unknown_actions(ana, bruno, browser):
    for url in (URL, START):
        assert browser(bruno).post(url, RECEIVE | {"ids": "1"}).status_code == 403
        assert browser(ana).post(url, {"action": "warm-documents", "ids": "1"}).status_code == 403
        assert browser(ana).post(url, {"action": "no-such-thing", "ids": "1"}).status_code == 404


def test_orders_and_messages_are_asked_for_alike(ana, bruno, paula, browser):
    order = factories.draft_order(ana, bruno.veterinarian)
    report = factories.archived_report(paula.staff_member.pathologist)
    message = failed_delivery(report, bruno)
    asked = {"issue-and-send-work-orders": order.pk, "resend-deliveries": message.pk}
    for action, pk in asked.items():
        client = browser(ana)
        answer = client.get(URL, {"action": action, "ids": pk})
        assert answer.context["foreseen"].allowed == 1
        client.post(START, hidden(answer.content.decode()))
    assert set(Operation.objects.values_list("action", flat=True)) == set(asked)


@pytest.mark.parametrize("path", ["/protocols/", "/work-orders/", "/deliveries/"])
def test_lists_offer_it_to_the_laboratory_alone(path, ana, bruno, paula, browser):
    factories.issued_order(ana, bruno.veterinarian)
    failed_delivery(factories.archived_report(paula.staff_member.pathologist), bruno)
    assert 'name="ids"' in browser(ana).get(path).content.decode()
    answer = browser(bruno).get(path)
    assert answer.status_code == 403 or 'name="ids"' not in answer.content.decode()
