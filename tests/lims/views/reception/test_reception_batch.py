"""Scanning into a batch: plain, by the script, in JSON; it survives a reload, is received once."""

import pytest

from lims.models import Operation, Protocol, ReceptionBatch
from lims.services.reception.batches import open_batch
from tests import factories
from tests.operating import submitted, work

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
BATCH = "/reception/batch/"
# Session, user; the batch, its samples, what would happen to them, and the notifications.
STATEMENTS = 6


@pytest.fixture
def samples(bruno) -> list[Protocol]:
    made = submitted(3, [bruno.veterinarian], animal="Mora & <Lola>")
    for number, protocol in enumerate(made):
        protocol.temporary_code = f"TMP-HP-20261123-{number + 1:03d}"
        protocol.save()
    return made


def scan(client, typed: str, **headers):
    return client.post(BATCH, {"code": typed}, **headers)


def test_each_scan_is_told_and_the_batch_is_there_after_a_reload(ana, samples, browser):
    client = browser(ana)
    for protocol in samples:
        answer = scan(client, protocol.temporary_code)
        assert answer.headers["Location"] == BATCH
    message = client.get(BATCH).content.decode()
    assert "Se agregó TMP-HP-20261123-003, Mora &amp; &lt;Lola&gt;." in message
    page = browser(ana).get(BATCH).content.decode()
    assert "3 muestras en este lote" in page and "Recibir 3 muestras" in page
    assert [page.index(one.temporary_code) for one in reversed(samples)] == sorted(
        page.index(one.temporary_code) for one in samples
    )


@pytest.mark.parametrize(
    ("typed", "tone", "message"),
    [
        ("TMP-HP-20261123-001", "success", "Se agregó"),
        ("HP 26/777", "error", "no puede pasar a"),
        ("TMP-HP-20261123-999", "error", "ninguna muestra tiene este código"),
        ("7790001234567<b>", "error", "7790001234567&lt;b&gt;: no es el código"),
        ("", "error", "No se leyó nada."),
    ],
)
def test_the_script_gets_the_part_that_changed_with_a_tone(ana, samples, browser, typed, tone, message):
    factories.ProtocolFactory(number="HP 26/777")
    page = browser(ana).post(BATCH, {"code": typed, "part": "1"}).content.decode()
    assert page.strip().startswith("<div")
    assert f'data-tone="{tone}"' in page and message in page


def test_duplicates_are_flagged(ana, samples, browser):
    client = browser(ana)
    outcomes = [scan(client, samples[0].temporary_code, **JSON).json() for _time in range(2)]
    assert [one["outcome"] for one in outcomes] == ["added", "again"]
    assert [one["count"] for one in outcomes] == [1, 1]
    assert outcomes[0]["protocol"] == samples[0].pk
    assert scan(client, " ", **JSON).status_code == 409


def test_one_confirmation_receives_all_and_a_second_leads_to_the_same(ana, samples, browser):
    client = browser(ana)
    for protocol in samples:
        scan(client, protocol.temporary_code)
    pk = open_batch(ana).pk
    first = client.post(f"{BATCH}{pk}/receive/")
    operation = Operation.objects.get()
    assert first.headers["Location"] == f"/operations/{operation.pk}/"
    assert client.post(f"{BATCH}{pk}/receive/").headers["Location"] == first.headers["Location"]
    assert client.post(f"{BATCH}{pk}/receive/", **JSON).json() == {
        "operation_url": f"/operations/{operation.pk}/"
    }
    work(operation)
    assert Protocol.objects.filter(status="received").count() == 3
    page = client.get(BATCH).content.decode()
    assert "Imprimir sus 3 etiquetas" in page
    assert f'name="protocol" value="{",".join(str(one.pk) for one in samples)}"' in page


def test_what_somebody_else_received_meanwhile_is_marked(ana, samples, browser):
    client = browser(ana)
    for protocol in samples:
        scan(client, protocol.temporary_code)
    Protocol.objects.filter(pk=samples[0].pk).update(status="rejected")
    page = client.get(BATCH).content.decode()
    assert "3 muestras en este lote" in page and "Recibir 2 muestras" in page
    assert "no puede pasar a" in page


def test_a_sample_is_taken_out_and_a_batch_thrown_away(ana, samples, browser):
    client = browser(ana)
    for protocol in samples:
        scan(client, protocol.temporary_code)
    batch = open_batch(ana)
    client.post(f"{BATCH}samples/{batch.samples.first().pk}/remove/")
    assert batch.samples.count() == 2
    client.post(f"{BATCH}{batch.pk}/discard/")
    assert "Todavía no se escaneó nada" in client.get(BATCH).content.decode()
    assert client.post(f"{BATCH}{batch.pk}/receive/").headers["Location"] == BATCH
    assert client.post(f"{BATCH}{batch.pk}/receive/", **JSON).status_code == 409
    assert not Operation.objects.exists()


def test_an_empty_batch_is_not_received(ana, browser):
    batch = ReceptionBatch.objects.create(opened_by=ana)
    assert browser(ana).post(f"{BATCH}{batch.pk}/receive/", **JSON).status_code == 409


def test_the_counter_leads_back_to_an_open_batch(ana, samples, browser):
    client = browser(ana)
    assert "Escanear un lote" in client.get("/reception/").content.decode()
    scan(client, samples[0].temporary_code)
    assert "Seguir con mi lote" in client.get("/reception/").content.decode()


def test_statements_do_not_grow(ana, bruno, browser, django_assert_num_queries):
    client = browser(ana)
    batch = ReceptionBatch.objects.create(opened_by=ana)
    for _round in range(2):
        for protocol in submitted(10, [bruno.veterinarian]):
            batch.samples.create(protocol=protocol)
        with django_assert_num_queries(STATEMENTS):
            assert client.get(BATCH).status_code == 200
