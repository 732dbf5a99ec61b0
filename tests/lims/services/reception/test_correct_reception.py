"""correct_reception: what was written down is put right, its vet told once, number and state untouched."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction

from actors.acting import acting
from lims.errors import Incomplete, InvalidTransition, LimsError, NotAllowed, NotVisible, StaleEdit
from lims.models import (
    CytologySample,
    Delivery,
    HistopathologySample,
    Notification,
    Protocol,
    ProtocolHistory,
)
from lims.services.protocols.expectations import LEAST, expected
from lims.services.reception.correcting import correct_reception, written
from lims.services.reception.receiving import Received, receive_sample
from tests import factories
from tests.operating import start, submitted, work

pytestmark = pytest.mark.django_db
CAME = Received("acceptable", 1, "Tapa floja", "Sin rótulo.")
WHY = "Estaba en la otra caja"


@pytest.fixture
def tissue(ana, bruno) -> Protocol:
    """Of Bruno's, received: one container instead of two, without its label."""
    (protocol,) = submitted(1, [bruno.veterinarian])
    HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    received = receive_sample(ana, protocol.pk, 1, CAME)
    Delivery.objects.all().delete()
    Notification.objects.all().delete()
    return received


def mailed() -> list[tuple]:
    return list(Delivery.objects.order_by("pk").values_list("kind", "recipient__email"))


def corrections() -> list[tuple]:
    return [
        (row.before, row.by.email, row.reason)
        for row in ProtocolHistory.objects.order_by("pk")
        if row.is_correction
    ]


def state(protocol: Protocol) -> tuple:
    now = Protocol.objects.get(pk=protocol.pk)
    sample = HistopathologySample.objects.get(protocol=protocol)
    texts = (now.sample_condition, now.reception_notes, now.discrepancies)
    return now.status, now.number, now.lock_version, *texts, sample.containers_received


def unchanged(protocol: Protocol, before: tuple) -> None:
    assert state(protocol) == before
    assert mailed() == corrections() == [] and not Notification.objects.exists()


def test_condition_and_notes_are_put_right_and_the_vet_is_not_told(ana, tissue):
    wanted = replace(CAME, condition="suboptimal", notes="Tapa rota\r\n")
    corrected = correct_reception(ana, tissue.pk, tissue.lock_version, wanted)
    assert (corrected.sample_condition, corrected.reception_notes) == ("suboptimal", "Tapa rota")
    assert (corrected.status, corrected.number) == (tissue.status, tissue.number)
    assert corrected.discrepancies == tissue.discrepancies
    assert mailed() == corrections() == [] and not Notification.objects.exists()


def test_another_count_is_told_with_the_reason_by_one_mail(ana, bruno, tissue):
    assert tissue.discrepancies == "Frascos: 2 declarados, 1 recibidos.\nSin rótulo."
    corrected = correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, count=2), f" {WHY} ")
    assert corrected.discrepancies == "Sin rótulo."
    assert corrected.histopathology_sample.containers_received == 2
    assert corrections() == [("received", "ana@lab.test", WHY)]
    assert mailed() == [("protocol_corrected", bruno.email)]
    assert list(Notification.objects.values_list("kind", "user")) == [("protocol_corrected", bruno.pk)]


def test_each_correction_is_told_once(ana, tissue):
    now = correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, count=2), WHY)
    correct_reception(ana, now.pk, now.lock_version, replace(CAME, count=2, discrepancies=""), "Lo tenía")
    assert [reason for _, _, reason in corrections()] == [WHY, "Lo tenía"]
    assert len(mailed()) == Notification.objects.count() == 2
    assert written(Protocol.objects.get()) == replace(CAME, count=2, discrepancies="")


def test_the_same_again_changes_nothing_and_tells_nobody(ana, tissue):
    before = state(tissue)
    correct_reception(ana, tissue.pk, tissue.lock_version, CAME, WHY)
    unchanged(tissue, before)
    wanted = replace(CAME, count=2)
    correct_reception(ana, tissue.pk, tissue.lock_version, wanted, WHY)
    correct_reception(ana, tissue.pk, tissue.lock_version, wanted, WHY)
    assert len(mailed()) == len(corrections()) == 1


def test_what_was_worded_in_another_language_stays_so_while_nothing_about_it_changes(ana, bruno, tissue):
    type(bruno).objects.filter(pk=bruno.pk).update(language="en")
    assert written(Protocol.objects.get()) == CAME
    corrected = correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, condition="optimal"))
    assert corrected.discrepancies == tissue.discrepancies and mailed() == []
    told = correct_reception(
        ana, tissue.pk, corrected.lock_version, replace(CAME, discrepancies="Es gato."), WHY
    )
    assert told.discrepancies == "Containers: 2 declared, 1 received.\nEs gato."


@pytest.mark.parametrize("change", [{"count": 2}, {"discrepancies": ""}, {"count": 2, "discrepancies": ""}])
@pytest.mark.parametrize("reason", ["", " \n", "x" * 2_001])
def test_what_the_vet_was_told_changes_with_a_reason_only(ana, tissue, change, reason):
    before = state(tissue)
    with pytest.raises(Incomplete) as refusal:
        correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, **change), reason)
    assert set(refusal.value.fields) == {"reason"}
    unchanged(tissue, before)


def test_a_reason_that_was_not_needed_is_kept_and_told_to_nobody(ana, tissue):
    correct_reception(
        ana, tissue.pk, tissue.lock_version, replace(CAME, condition="optimal"), "Mirado de nuevo"
    )
    assert corrections() == [("received", "ana@lab.test", "Mirado de nuevo")]
    assert mailed() == [] and not Notification.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"condition": "rejected"}, "condition"),
        ({"condition": ""}, "condition"),
        ({"count": 0}, "count"),
        ({"count": -1}, "count"),
        ({"count": None}, "count"),
        ({"count": 1_000}, "count"),
        ({"notes": "x" * 5_001}, "notes"),
        ({"discrepancies": "x" * 5_000}, "discrepancies"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(ana, tissue, change, field):
    before = state(tissue)
    with pytest.raises(Incomplete) as refusal:
        correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, **change), WHY)
    assert set(refusal.value.fields) == {field}
    unchanged(tissue, before)


def test_what_a_batch_received_may_stay_without_count_and_condition(ana, bruno):
    (protocol,) = submitted(1, [bruno.veterinarian])
    HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    work(start(ana, [protocol]))
    protocol.refresh_from_db()
    assert written(protocol) == Received("", None)
    noted = correct_reception(ana, protocol.pk, protocol.lock_version, Received("", None, notes="Vino tibia"))
    assert (noted.reception_notes, noted.discrepancies) == ("Vino tibia", "")
    counted = correct_reception(
        ana, protocol.pk, noted.lock_version, Received("optimal", 3, "Vino tibia"), WHY
    )
    assert counted.discrepancies == "Frascos: 2 declarados, 3 recibidos."


def test_slides_are_counted_for_cells(ana, bruno):
    (protocol,) = submitted(1, [bruno.veterinarian], kind="cytology")
    CytologySample.objects.create(protocol=protocol, slides_declared=4)
    received = receive_sample(ana, protocol.pk, 1, Received("optimal", 3))
    correct_reception(ana, protocol.pk, received.lock_version, Received("optimal", 4), WHY)
    assert CytologySample.objects.get().slides_received == 4
    assert Protocol.objects.get().discrepancies == ""


def test_who_read_it_before_another_changed_it_is_told(ana, paula, tissue):
    correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, notes="Suyo"))
    before = state(tissue)
    with pytest.raises(StaleEdit):
        correct_reception(paula, tissue.pk, tissue.lock_version, replace(CAME, notes="Mío"))
    unchanged(tissue, before)


def test_who_may(ana, paula, alma, bruno, carla, tissue):
    for user, refused in ((bruno, NotAllowed), (carla, NotVisible)):
        with pytest.raises(refused):
            correct_reception(user, tissue.pk, tissue.lock_version, replace(CAME, notes="x"))
    for user in (ana, paula, alma):
        version = Protocol.objects.get().lock_version
        correct_reception(user, tissue.pk, version, replace(CAME, notes=user.email))
        assert Protocol.objects.get().reception_notes == user.email


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected", "reported"])
def test_no_other_state_allows_it(ana, tissue, status):
    Protocol.objects.filter(pk=tissue.pk).update(status=status)
    before = state(tissue)
    with pytest.raises(NotVisible if status == "draft" else InvalidTransition):
        correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, count=2), WHY)
    unchanged(tissue, before)


@pytest.mark.parametrize("status", ["received", "processing", "ready"])
def test_it_stays_in_its_state_with_its_number(ana, tissue, status):
    Protocol.objects.filter(pk=tissue.pk).update(status=status)
    corrected = correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, count=2), WHY)
    assert (corrected.status, corrected.number) == (status, tissue.number)
    assert corrections() == [(status, "ana@lab.test", WHY)]


def test_while_its_report_is_being_issued_it_is_too_late(ana, paula):
    report = factories.finalized_report(paula.staff_member.pathologist)
    with pytest.raises(InvalidTransition):
        correct_reception(ana, report.protocol_id, report.protocol.lock_version, CAME, WHY)


def test_the_changes_say_who_and_from_what_to_what(ana, tissue):
    with acting(ana.pk):
        correct_reception(
            ana, tissue.pk, tissue.lock_version, replace(CAME, condition="optimal", count=2), WHY
        )
    change = tissue.changes.order_by("pgh_id").last()
    assert (change.sample_condition, change.pgh_context) == ("optimal", {"user": ana.pk})
    assert tissue.histopathology_sample.changes.order_by("pgh_id").last().containers_received == 2


def test_nothing_remains_of_what_was_rolled_back(ana, tissue):
    before = state(tissue)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, count=2), WHY)
        raise ZeroDivisionError
    unchanged(tissue, before)


def test_a_corrected_ready_sample_was_ready_but_once(ana, bruno):
    """A correction is no second time that a sample was ready, which would make every sample look slow."""
    protocols = submitted(LEAST, [bruno.veterinarian], kind="histopathology")
    today = expected("histopathology", protocols[0].submitted_at.date())
    ProtocolHistory.objects.bulk_create(
        ProtocolHistory(protocol=one, before="ready", after="ready", by=ana) for one in protocols
    )
    Protocol.objects.update(received_at=protocols[0].submitted_at)
    assert expected("histopathology", protocols[0].submitted_at.date()) == today


@pytest.mark.django_db(transaction=True)
def test_of_two_who_correct_otherwise_at_once_one_is_told_that_it_is_stale(ana, tissue):
    def go(notes: str) -> str:
        try:
            correct_reception(ana, tissue.pk, tissue.lock_version, replace(CAME, notes=notes, count=2), WHY)
            return notes
        except LimsError as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(go, "abcd"))
    assert outcomes.count("StaleEdit") == 3
    assert len(mailed()) == len(corrections()) == 1
