"""The list of messages: what needs attention first, filters, sending again, seeing to one."""

import csv
import io

import pytest

from lims.models import Delivery, DeliveryKind, ProtocolStatus
from lims.services.protocols.announcing import announce
from lims.services.protocols.transitions import transition
from lims.views.kit.listing import PAGE_SIZE
from tests import factories
from tests.lims.views.things import failed_delivery

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, messages; in HTML what needs attention and the count of notifications.
STATEMENTS_JSON, STATEMENTS_HTML = 3, 5

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(paula, bruno):
    return factories.archived_report(
        paula.staff_member.pathologist, factories.ready_protocol(bruno.veterinarian)
    )


@pytest.fixture
def failed(report, bruno) -> Delivery:
    return failed_delivery(report, bruno, address="bruno@gmial.com")


def queued(report, number: int) -> Delivery:
    vet = factories.VeterinarianFactory().user
    return failed_delivery(report, vet, state="queued", response="", message_id=f"<{number}@x>")


def found(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_what_needs_attention_stands_first_and_once(report, failed, ana, browser):
    for number in range(PAGE_SIZE + 1):
        queued(report, number)
    page = browser(ana).get("/deliveries/").content.decode()
    assert page.index("Requiere atención</h2>") < page.index("bruno@gmial.com")
    assert page.index("bruno@gmial.com") < page.index("Otros mensajes")
    assert page.count(f'action="/deliveries/{failed.pk}/resend/"') == 1


@pytest.mark.parametrize("count", [2, PAGE_SIZE + 5])
def test_statements_do_not_grow_with_the_rows(count, report, failed, ana, browser, django_assert_num_queries):
    for number in range(count):
        queued(report, number)
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS_JSON):
        client.get("/deliveries/", **JSON)
    with django_assert_num_queries(STATEMENTS_HTML):
        client.get("/deliveries/")


def test_filters_find_by_state_address_number_and_vet(report, failed, ana, bruno, browser):
    other = queued(report, 1)
    client = browser(ana)
    for query in ("state=attention", "state=failed", "q=gmial", "q=bruno gmial"):
        assert found(client.get(f"/deliveries/?{query}", **JSON)) == [failed.pk], query
    assert found(client.get("/deliveries/?state=queued", **JSON)) == [other.pk]
    number = {"q": report.protocol.number}
    assert found(client.get("/deliveries/", number, **JSON)) == [other.pk, failed.pk]
    assert found(client.get("/deliveries/?q=nadie", **JSON)) == []


def test_resend_goes_to_the_corrected_address_and_a_second_click_joins(failed, ana, bruno, browser):
    client = browser(ana)
    sent = {"address": "bruno@lab.test", "keep_address": "on", "back": f"/reports/{failed.report_id}/"}
    answer = client.post(f"/deliveries/{failed.pk}/resend/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/reports/{failed.report_id}/")
    again = Delivery.objects.get(again=failed)
    assert (again.address, again.state) == ("bruno@lab.test", "queued")
    bruno.veterinarian.refresh_from_db()
    assert bruno.veterinarian.alternative_email == "bruno@lab.test"
    second = client.post(f"/deliveries/{failed.pk}/resend/", sent, **JSON)
    assert (second.status_code, second.json()["id"]) == (202, again.pk)
    assert Delivery.objects.count() == 2
    page = client.get("/deliveries/").content.decode()
    assert "Requiere atención</h2>" not in page and "enviado de nuevo" in page


@pytest.mark.parametrize("address", ["", "nadie", "a@b", "x" * 300 + "@lab.test"])
def test_wrong_address_is_told_beside_it_and_kept(address, failed, ana, browser):
    client = browser(ana)
    answer = client.post(f"/deliveries/{failed.pk}/resend/", {"address": address})
    page = answer.content.decode()
    assert answer.status_code == 409 and 'id="id_address_error"' in page and address in page
    json = client.post(f"/deliveries/{failed.pk}/resend/", {"address": address}, **JSON)
    assert (json.status_code, list(json.json()["fields"])) == (409, ["address"])
    assert Delivery.objects.count() == 1


def test_message_on_its_way_is_not_sent_twice(report, ana, browser):
    waiting = queued(report, 1)
    client = browser(ana)
    sent = {"address": waiting.address}
    assert client.post(f"/deliveries/{waiting.pk}/resend/", sent, **JSON).status_code == 409
    assert client.post(f"/deliveries/{waiting.pk}/resend/", sent).status_code == 409
    assert Delivery.objects.count() == 1


def test_settled_message_needs_no_attention_any_more(failed, ana, browser):
    client = browser(ana)
    assert client.post(f"/deliveries/{failed.pk}/settle/")["Location"] == "/deliveries/"
    assert found(client.get("/deliveries/?state=attention", **JSON)) == []
    assert "Nada requiere atención" in client.get("/deliveries/?state=attention").content.decode()
    assert client.post(f"/deliveries/{failed.pk}/settle/", **JSON).json()["needs_attention"] is False


@pytest.mark.parametrize(
    "back", ["https://evil.test/", "//evil.test/", "javascript:alert(1)", "x", "/\\evil.test"]
)
def test_nobody_is_led_away_from_the_site(back, failed, ana, browser):
    answer = browser(ana).post(f"/deliveries/{failed.pk}/settle/", {"back": back})
    assert answer["Location"] == "/deliveries/"


def test_empty_list_says_why(ana, browser):
    client = browser(ana)
    assert "Todavía no hay mensajes" in client.get("/deliveries/").content.decode()
    assert "Nada coincide" in client.get("/deliveries/?q=nada").content.decode()


def test_csv_has_every_message(report, failed, ana, browser):
    queued(report, 1)
    answer = browser(ana).get("/deliveries/?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 3 and rows[2][5] == "bruno@gmial.com"


def test_what_happened_to_a_protocol_is_listed_with_its_number_and_found(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, number="HP 26/1234")
    announce([transition(protocol, ProtocolStatus.PROCESSING, ana)], DeliveryKind.PROTOCOL_DISCREPANCY, ana)
    for query in ("", "?q=HP 26/123", "?q=bruno"):
        (row,) = browser(ana).get(f"/deliveries/{query}", HTTP_ACCEPT="application/json").json()["results"]
        assert (row["number"], row["protocol"]) == ("HP 26/1234", protocol.pk)
    assert f'href="/protocols/{protocol.pk}/"' in browser(ana).get("/deliveries/").content.decode()
