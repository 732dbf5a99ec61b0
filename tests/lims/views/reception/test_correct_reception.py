"""The page that puts a reception right: shows what is written down, keeps what was typed, leads back."""

import pytest

from lims.models import Delivery, HistopathologySample, Protocol
from lims.services.reception.receiving import Received, receive_sample
from tests import factories
from tests.operating import start, submitted, work

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user; the protocol, what is written of its count and was declared, its rows, the notifications.
STATEMENTS = 12


@pytest.fixture
def sample(ana, bruno) -> Protocol:
    (protocol,) = submitted(1, [bruno.veterinarian])
    HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    came = Received("acceptable", 1, notes="Tapa <floja>", discrepancies="Sin rótulo.")
    return receive_sample(ana, protocol.pk, 1, came)


def typed(sample: Protocol, **changes) -> dict:
    same = {"condition": "acceptable", "count": 1, "notes": "Tapa <floja>", "discrepancies": "Sin rótulo."}
    return same | {"version": sample.lock_version, "reason": ""} | changes


def path(sample: Protocol) -> str:
    return f"/reception/{sample.pk}/correct/"


def stored(sample: Protocol) -> tuple:
    now = Protocol.objects.get(pk=sample.pk)
    return now.lock_version, now.sample_condition, now.reception_notes, now.discrepancies


def test_the_protocols_page_leads_there_for_the_laboratory_alone(ana, bruno, sample, browser):
    assert path(sample) in browser(ana).get(f"/protocols/{sample.pk}/").content.decode()
    assert path(sample) not in browser(bruno).get(f"/protocols/{sample.pk}/").content.decode()
    Protocol.objects.update(status="reported")
    assert path(sample) not in browser(ana).get(f"/protocols/{sample.pk}/").content.decode()


def test_it_shows_what_is_written_down_without_the_sentence_of_the_count(ana, sample, browser):
    page = browser(ana).get(path(sample)).content.decode()
    assert 'name="count" value="1"' in page and "Tapa &lt;floja&gt;" in page
    assert page.count("Frascos: 2 declarados, 1 recibidos.") == 1
    assert f'name="version" value="{sample.lock_version}"' in page


def test_it_is_corrected_and_the_vet_reads_why_in_the_timeline(ana, bruno, sample, browser):
    answer = browser(ana).post(path(sample), typed(sample, count=2, reason="Estaba <abajo>"), follow=True)
    assert answer.redirect_chain[-1][0] == f"/protocols/{sample.pk}/"
    page = answer.content.decode()
    assert "Se corrigió la recepción" in page
    of_vet = browser(bruno).get(f"/protocols/{sample.pk}/").content.decode()
    assert "Recepción corregida" in of_vet and "Estaba &lt;abajo&gt;" in of_vet
    assert Delivery.objects.filter(kind="protocol_corrected").count() == 1


def test_a_second_click_says_that_nothing_was_changed(ana, sample, browser):
    client = browser(ana)
    sent = typed(sample, count=2, reason="Estaba abajo")
    client.post(path(sample), sent)
    before = stored(sample)
    answer = client.post(path(sample), sent, follow=True)
    assert "No se cambió nada." in answer.content.decode() and stored(sample) == before
    assert Delivery.objects.filter(kind="protocol_corrected").count() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": ""}, "Este campo es obligatorio."),
        ({"count": "muchos"}, "Introduzca un número entero."),
        ({"count": "0"}, "Entre 1 y 999."),
        ({"condition": "rejected"}, "no es una de las opciones"),
        ({"condition": ""}, "Este campo es obligatorio."),
        ({"notes": "x" * 5_001}, "Hasta 5000 caracteres"),
        ({"discrepancies": "Es otra"}, "Indicar el motivo."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    ana, sample, browser, change, message
):
    before = stored(sample)
    sent = typed(sample, notes="Con <hielo>") | change
    answer = browser(ana).post(path(sample), sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and message in page
    assert "notes" in change or "Con &lt;hielo&gt;" in page
    assert stored(sample) == before
    in_json = browser(ana).post(path(sample), sent, **JSON)
    named = set(change) - {"discrepancies"} or {"reason"}
    assert in_json.status_code == 409 and set(in_json.json()["fields"]) == named


def test_in_json(ana, sample, browser):
    answer = browser(ana).post(path(sample), typed(sample, count=2, reason="Estaba abajo"), **JSON)
    assert answer.json() == {
        "id": sample.pk,
        "number": sample.number,
        "status": "received",
        "discrepancies": "Sin rótulo.",
    }


def test_who_read_it_before_a_change_may_go_on_after_seeing_it(ana, sample, browser):
    client = browser(ana)
    client.post(path(sample), typed(sample, notes="De otra"))
    answer = client.post(path(sample), typed(sample, notes="Mío"))
    page = answer.content.decode()
    assert answer.status_code == 409 and "Otra persona cambió este protocolo" in page
    assert f'name="version" value="{sample.lock_version + 1}"' in page and "Mío" in page and "De otra" in page
    assert client.post(path(sample), typed(sample, notes="Mío"), **JSON).status_code == 409
    again = typed(sample, notes="Mío", version=sample.lock_version + 1)
    assert client.post(path(sample), again).status_code == 302
    assert client.post(path(sample), typed(sample, version="", notes="x")).status_code == 409


@pytest.mark.parametrize("status", ["submitted", "rejected", "reported"])
def test_in_other_states_it_leads_to_the_protocol_and_says_why(ana, sample, browser, status):
    Protocol.objects.update(status=status)
    client = browser(ana)
    for answer in (client.get(path(sample)), client.post(path(sample), typed(sample, notes="x"))):
        assert answer["Location"] == f"/protocols/{sample.pk}/"
    assert "no se puede corregir" in client.get(f"/protocols/{sample.pk}/").content.decode()
    assert client.post(path(sample), typed(sample, notes="x"), **JSON).status_code == 409


def test_strangers_get_404_and_its_vet_403(bruno, carla, sample, browser):
    before = stored(sample)
    for user, status in ((carla, 404), (bruno, 403)):
        assert browser(user).get(path(sample)).status_code == status
        assert browser(user).post(path(sample), typed(sample, notes="x")).status_code == status
    assert stored(sample) == before


def test_what_a_batch_received_is_asked_for_neither_count_nor_condition(ana, bruno, browser):
    (protocol,) = submitted(1, [bruno.veterinarian])
    work(start(ana, [protocol]))
    protocol.refresh_from_db()
    client = browser(ana)
    assert "checked" not in client.get(path(protocol)).content.decode()
    sent = {"version": protocol.lock_version, "count": "", "notes": "Vino tibia"}
    assert client.post(path(protocol), sent).status_code == 302
    assert stored(protocol)[1:] == ("", "Vino tibia", "")


def test_statements(ana, sample, browser, django_assert_max_num_queries):
    factories.laboratory()
    client = browser(ana)
    with django_assert_max_num_queries(STATEMENTS):
        assert client.get(path(sample)).status_code == 200
