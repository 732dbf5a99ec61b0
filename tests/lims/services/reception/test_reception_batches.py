"""Batches: each scan gets its answer, one person has one batch, and it is received once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import Operation, Protocol, ReceptionBatch, ScannedSample
from lims.services.reception import batches
from lims.services.reception.batches import discard, open_batch, receive, remove, scan
from tests import factories
from tests.operating import reasons, submitted, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def protocols(bruno, carla) -> list[Protocol]:
    made = submitted(4, [bruno.veterinarian, carla.veterinarian])
    for number, protocol in enumerate(made):
        protocol.temporary_code = f"TMP-HP-20261123-{number + 1:03d}"
        protocol.save()
    return made


def in_batch(user) -> list[int]:
    batch = open_batch(user)
    return list(batch.samples.order_by("pk").values_list("protocol", flat=True)) if batch else []


def test_what_is_scanned_is_in_the_batch_once_in_its_order(ana, protocols):
    for protocol in (protocols[2], protocols[0], protocols[2], protocols[1]):
        scan(ana, protocol.temporary_code)
    assert in_batch(ana) == [protocols[place].pk for place in (2, 0, 1)]
    assert ReceptionBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("TMP-HP-20261123-001", "added"),
        ("tmp'hp'20261123'001", "added"),
        ("TMP-HP-20261123-999", "unknown"),
        ("CT 26/001", "unknown"),
        ("HP 26/777", "wrong_state"),
        ("HP 26/777-C2", "wrong_state"),
        ("7790001234567", "foreign"),
        ("https://x.test/", "foreign"),
        ("OT-2026-001", "foreign"),
        ("<script>" * 100, "foreign"),
    ],
)
def test_each_code_gets_its_answer_and_only_what_can_be_received_is_added(ana, protocols, typed, outcome):
    factories.ProtocolFactory(number="HP 26/777")
    found = scan(ana, typed)
    assert found.outcome == outcome
    assert len(found.sentence) < 200
    assert in_batch(ana) == ([protocols[0].pk] if outcome == "added" else [])


def test_a_second_scan_is_flagged_and_adds_nothing(ana, protocols):
    assert scan(ana, protocols[0].temporary_code).outcome == "added"
    assert scan(ana, protocols[0].temporary_code).outcome == "again"
    assert len(in_batch(ana)) == 1


def test_what_a_colleague_scans_too_is_flagged(ana, paula, protocols):
    scan(ana, protocols[0].temporary_code)
    found = scan(paula, protocols[0].temporary_code)
    assert (found.outcome, "Ana Suárez" in found.sentence) == ("elsewhere", True)
    assert in_batch(paula) == in_batch(ana)


@pytest.mark.parametrize("typed", ["", "  \n"])
def test_nothing_read_is_said_so(ana, typed):
    with pytest.raises(Incomplete):
        scan(ana, typed)
    assert not ReceptionBatch.objects.exists()


def test_a_batch_has_a_largest_size(ana, protocols, monkeypatch):
    monkeypatch.setattr(batches, "SAMPLES_MAX", 2)
    for protocol in protocols[:2]:
        scan(ana, protocol.temporary_code)
    with pytest.raises(Incomplete):
        scan(ana, protocols[2].temporary_code)
    assert len(in_batch(ana)) == 2


def test_it_is_received_by_one_operation_in_the_order_of_scanning_and_then_closed(ana, protocols):
    for protocol in reversed(protocols):
        scan(ana, protocol.temporary_code)
    batch = open_batch(ana)
    operation = receive(ana, batch.pk)
    assert receive(ana, batch.pk) == operation
    assert open_batch(ana) is None
    assert Operation.objects.count() == 1
    work(operation)
    received = Protocol.objects.filter(kind="histopathology").order_by("number")
    assert list(received) == [one for one in reversed(protocols) if one.kind == "histopathology"]
    assert batches.last_received(ana) == batch


def test_what_was_rejected_since_it_was_scanned_fails_alone(ana, protocols):
    for protocol in protocols:
        scan(ana, protocol.temporary_code)
    Protocol.objects.filter(pk=protocols[1].pk).update(status="rejected")
    operation = work(receive(ana, open_batch(ana).pk))
    assert list(reasons(operation)) == [protocols[1].pk]
    assert Protocol.objects.filter(status="received").count() == 3


def test_an_empty_batch_is_not_received(ana, protocols):
    scan(ana, protocols[0].temporary_code)
    remove(ana, ScannedSample.objects.get().pk)
    with pytest.raises(Incomplete):
        receive(ana, open_batch(ana).pk)
    assert open_batch(ana) is not None and not Operation.objects.exists()


def test_what_was_thrown_away_is_not_received_and_what_is_received_not_thrown_away(ana, protocols):
    scan(ana, protocols[0].temporary_code)
    batch = open_batch(ana)
    discard(ana, batch.pk)
    discard(ana, batch.pk)
    with pytest.raises(InvalidTransition):
        receive(ana, batch.pk)
    scan(ana, protocols[0].temporary_code)
    second = open_batch(ana)
    receive(ana, second.pk)
    with pytest.raises(InvalidTransition):
        discard(ana, second.pk)
    assert Protocol.objects.filter(status="submitted").count() == 4


def test_nobody_reaches_into_anothers_batch(ana, paula, bruno, protocols):
    scan(ana, protocols[0].temporary_code)
    batch, sample = open_batch(ana), ScannedSample.objects.get()
    for act in (discard, receive):
        with pytest.raises(NotVisible):
            act(paula, batch.pk)
        with pytest.raises(NotAllowed):
            act(bruno, batch.pk)
    remove(paula, sample.pk)
    for act in (lambda: remove(bruno, sample.pk), lambda: scan(bruno, protocols[0].temporary_code)):
        with pytest.raises(NotAllowed):
            act()
    assert in_batch(ana) == [protocols[0].pk]


@pytest.mark.django_db(transaction=True)
def test_scans_from_several_windows_at_once_make_one_batch_without_duplicates(ana, protocols):
    def go(protocol) -> str:
        try:
            return scan(ana, protocol.temporary_code).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(go, protocols * 2))
    assert sorted(outcomes) == ["added"] * 4 + ["again"] * 4
    assert sorted(in_batch(ana)) == sorted(protocol.pk for protocol in protocols)


@pytest.mark.django_db(transaction=True)
def test_confirmed_by_several_clicks_at_once_it_is_one_operation(ana, protocols):
    scan(ana, protocols[0].temporary_code)
    pk = open_batch(ana).pk

    def go(_number) -> int:
        try:
            return receive(ana, pk).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(go, range(4)))) == 1
    assert Operation.objects.count() == 1
