"""The counter: a code leads to its sample, what waits is listed oldest first, what came is kept."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lims.models import CytologySample, HistopathologySample, Protocol
from lims.services.reception.receiving import Received, receive_sample, reject_sample, return_rejected
from tests import factories
from tests.operating import submitted

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user; the rows, the open batch, and in HTML the notifications.
STATEMENTS = 5
# Session, user; the protocol, its sample's count and rows, its specimens, and the notifications.
STATEMENTS_OF_SAMPLE = 7
GOOD = {"version": 1, "count": 2, "condition": "optimal"}


@pytest.fixture
def sample(bruno) -> Protocol:
    (protocol,) = submitted(1, [bruno.veterinarian], temporary_code="TMP-HP-20261123-001")
    HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    return protocol


def waiting(vet, count=1, **fields) -> list[Protocol]:
    """Return submitted protocols, the oldest first."""
    made = submitted(count, [vet], **fields)
    for place, protocol in enumerate(made):
        protocol.submitted_at = timezone.now() - timedelta(days=count - place)
        protocol.save()
    return made


def codes(answer) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]


def state(protocol: Protocol) -> tuple:
    protocol.refresh_from_db()
    return protocol.status, protocol.number


@pytest.mark.parametrize("typed", ["TMP-HP-20261123-001", "tmp'hp'20261123'001"])
def test_a_code_leads_to_its_sample(ana, sample, browser, typed):
    answer = browser(ana).get("/reception/", {"code": typed})
    assert answer.headers["Location"] == f"/reception/{sample.pk}/"


def test_the_code_of_what_is_received_leads_to_its_protocol(ana, browser):
    protocol = factories.ProtocolFactory(number="HP 26/007")
    answer = browser(ana).get("/reception/", {"code": "HP 26/007-C1"})
    assert answer.headers["Location"] == f"/protocols/{protocol.pk}/"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Escanear o escribir un código."),
        ("TMP-HP-20261123-999", "Ninguna muestra tiene este código."),
        ("<b>7790001234567", "No es el código de una muestra."),
        ("%' OR 1=1" * 500, "No es el código de una muestra."),
    ],
)
def test_a_code_that_leads_nowhere_is_said_so_and_kept(ana, sample, browser, typed, message):
    answer = browser(ana).get("/reception/", {"code": typed})
    page = answer.content.decode()
    assert answer.status_code == 200 and message in page
    assert "<b>779" not in page
    if typed.startswith("TMP"):
        assert f'value="{typed}"' in page
    assert browser(ana).get("/reception/", {"code": typed}, **JSON).status_code == 404


def test_what_was_submitted_first_stands_first_and_pages_give_each_once(ana, bruno, browser):
    made = waiting(bruno.veterinarian, 60)
    factories.ProtocolFactory(status="rejected", number=None)
    client, found, address = browser(ana), [], "/reception/"
    while address:
        answer = client.get(address, **JSON)
        found += codes(answer)
        address = answer.json()["next"]
    assert found == [protocol.temporary_code for protocol in made]


def test_it_is_searched_and_filtered(ana, bruno, carla, browser):
    mora = waiting(bruno.veterinarian, animal="Mora")[0]
    cells = waiting(carla.veterinarian, kind="cytology")[0]
    client = browser(ana)
    assert codes(client.get("/reception/?q=mora", **JSON)) == [mora.temporary_code]
    assert codes(client.get("/reception/?q=carla", **JSON)) == [cells.temporary_code]
    assert codes(client.get("/reception/?kind=cytology", **JSON)) == [cells.temporary_code]
    assert len(codes(client.get("/reception/?kind=none&after=x", **JSON))) == 2
    assert "Nada coincide" in client.get("/reception/?q=nadie").content.decode()


def test_without_anything_waiting_it_says_so(ana, browser):
    assert "Está todo recibido" in browser(ana).get("/reception/").content.decode()


def test_it_is_exported_oldest_first_and_nothing_is_a_formula(ana, bruno, browser):
    made = waiting(bruno.veterinarian, 2, animal="=1+1")
    answer = browser(ana).get("/reception/?format=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == [protocol.temporary_code for protocol in made]
    assert lines[1][2] == "'=1+1"


def test_statements_do_not_grow(ana, bruno, browser, django_assert_num_queries):
    client = browser(ana)
    for _round in range(2):
        waiting(bruno.veterinarian, 10)
        with django_assert_num_queries(STATEMENTS):
            assert client.get("/reception/").status_code == 200


def test_statements_of_a_sample(ana, sample, browser, django_assert_num_queries):
    client = browser(ana)
    with django_assert_num_queries(STATEMENTS_OF_SAMPLE):
        assert client.get(f"/reception/{sample.pk}/").status_code == 200


def test_a_sample_is_received_and_its_number_and_label_are_offered(ana, sample, browser):
    client = browser(ana)
    page = client.get(f"/reception/{sample.pk}/").content.decode()
    assert 'name="count" value="2"' in page and "Paciente 0" in page
    answer = client.post(f"/reception/{sample.pk}/", GOOD)
    number = state(sample)[1]
    assert answer.headers["Location"] == f"/reception/?received={sample.pk}"
    page = client.get(answer.headers["Location"]).content.decode()
    assert number in page and f'name="protocol" value="{sample.pk}"' in page


def test_the_same_in_json(ana, sample, browser):
    answer = browser(ana).post(f"/reception/{sample.pk}/", GOOD | {"count": 1}, **JSON)
    _status, number = state(sample)
    assert answer.json() == {
        "id": sample.pk,
        "number": number,
        "status": "received",
        "discrepancies": "Frascos: 2 declarados, 1 recibidos.",
    }


@pytest.mark.parametrize("received", ["x", "0", "9" * 30, "-1", "²"])
def test_nothing_is_offered_of_what_is_not_there(ana, browser, received):
    assert browser(ana).get("/reception/", {"received": received}).status_code == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": ""}, "Este campo es obligatorio."),
        ({"count": "muchos"}, "Introduzca un número entero."),
        ({"count": "0"}, "Entre 1 y 999."),
        ({"count": "70000"}, "Entre 1 y 999."),
        ({"condition": "rejected"}, "no es una de las opciones"),
        ({"condition": ""}, "Este campo es obligatorio."),
        ({"notes": "x" * 5_001}, "Hasta 5000 caracteres"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    ana, sample, browser, change, message
):
    typed = GOOD | {"discrepancies": "Sin <rótulo>"} | change
    answer = browser(ana).post(f"/reception/{sample.pk}/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert message in page and "Sin &lt;rótulo&gt;" in page
    assert state(sample) == ("submitted", None)
    in_json = browser(ana).post(f"/reception/{sample.pk}/", typed, **JSON)
    assert in_json.status_code == 409 and set(in_json.json()["fields"]) == set(change)


def test_a_second_click_leads_to_the_received_one_and_changes_nothing(ana, sample, browser):
    client = browser(ana)
    client.post(f"/reception/{sample.pk}/", GOOD)
    before = state(sample)
    for path in ("", "reject/"):
        answer = client.post(f"/reception/{sample.pk}/{path}", GOOD | {"reason": "No"})
        assert answer.headers["Location"] == f"/protocols/{sample.pk}/"
        assert (
            client.post(f"/reception/{sample.pk}/{path}", GOOD | {"reason": "No"}, **JSON).status_code == 409
        )
    assert state(sample) == before
    assert client.get(f"/reception/{sample.pk}/").headers["Location"] == f"/protocols/{sample.pk}/"


def test_who_read_it_before_a_change_is_told_and_may_go_on_after_seeing_it(ana, sample, browser):
    reject_sample(ana, sample.pk, 1, "Autolisis")
    return_rejected(ana, sample.pk, "Era otra")
    client = browser(ana)
    answer = client.post(f"/reception/{sample.pk}/", GOOD | {"notes": "Mío"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Otra persona cambió este protocolo" in page
    assert 'name="version" value="3"' in page and "Mío" in page
    unread = client.post(f"/reception/{sample.pk}/", GOOD | {"version": ""})
    assert unread.status_code == 409 and 'name="version" value="3"' in unread.content.decode()
    assert client.post(f"/reception/{sample.pk}/", GOOD | {"version": 3}).status_code == 302


def test_who_rejects_after_a_change_is_told_and_may_go_on_after_seeing_it(ana, sample, browser):
    reject_sample(ana, sample.pk, 1, "Autolisis")
    return_rejected(ana, sample.pk, "Era otra")
    client, path = browser(ana), f"/reception/{sample.pk}/reject/"
    stale = {"version": 1, "reason": "Sin <fijador>"}
    answer = client.post(path, stale)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Otra persona cambió este protocolo" in page
    assert 'id="reject_reason"' in page and "Sin &lt;fijador&gt;" in page
    # In this form as in the one beside it.
    assert re.findall(r'name="version" value="(\d+)"', page) == ["3", "3"]
    in_json = client.post(path, stale, **JSON)
    assert (in_json.status_code, set(in_json.json())) == (409, {"error", "fields"})
    assert state(sample) == ("submitted", None)
    assert client.post(path, stale | {"version": 3}).status_code == 302
    assert state(sample) == ("rejected", None)


def test_it_is_rejected_with_a_reason_and_returned(ana, sample, browser):
    client = browser(ana)
    answer = client.post(f"/reception/{sample.pk}/reject/", {"version": 1, "reason": " "})
    assert answer.status_code == 409 and "Indicar el motivo." in answer.content.decode()
    client.post(f"/reception/{sample.pk}/reject/", {"version": 1, "reason": "Sin <fijador>"})
    assert state(sample) == ("rejected", None)
    page = client.get(f"/reception/{sample.pk}/").content.decode()
    assert "Sin &lt;fijador&gt;" in page and "Anular el rechazo" in page
    answer = client.post(f"/reception/{sample.pk}/return/", {"reason": ""})
    assert answer.status_code == 409 and "Indicar el motivo." in answer.content.decode()
    client.post(f"/reception/{sample.pk}/return/", {"reason": "Era otra"})
    assert state(sample) == ("submitted", None)
    assert client.post(f"/reception/{sample.pk}/return/", {"reason": "x"}).status_code == 302
    assert state(sample) == ("submitted", None)


def test_a_sample_of_cells_is_asked_for_its_slides_in_english(ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian], kind="cytology")
    CytologySample.objects.create(protocol=protocol, slides_declared=4)
    type(ana).objects.filter(pk=ana.pk).update(language="en")
    page = browser(ana).get(f"/reception/{protocol.pk}/").content.decode()
    assert "Slides received" in page and 'name="count" value="4"' in page


@pytest.mark.parametrize(
    ("kind", "counted", "not_counted"),
    [
        ("histopathology", "Frascos recibidos", "Portaobjetos recibidos"),
        ("cytology", "Portaobjetos recibidos", "Frascos recibidos"),
    ],
)
def test_the_page_of_a_received_sample_counts_what_its_kind_has(
    ana, bruno, browser, kind, counted, not_counted
):
    (protocol,) = submitted(1, [bruno.veterinarian], kind=kind)
    receive_sample(ana, protocol.pk, protocol.lock_version, Received("optimal", 3))
    page = browser(ana).get(f"/protocols/{protocol.pk}/").content.decode()
    assert counted in page and not_counted not in page
