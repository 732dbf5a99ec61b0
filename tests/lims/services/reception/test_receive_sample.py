"""receive_sample, reject_sample, return_rejected: works, twice, stranger, wrong, stale, rolled back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from lims.errors import Incomplete, InvalidTransition, LimsError, NotAllowed, NotVisible, StaleEdit
from lims.models import (
    CytologySample,
    Delivery,
    HistopathologySample,
    Notification,
    Protocol,
    ProtocolHistory,
)
from lims.models.protocols import SampleCondition
from lims.services.protocols.expectations import expected
from lims.services.reception.receiving import Received, find, receive_sample, reject_sample, return_rejected
from tests import factories
from tests.operating import submitted

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year % 100
GOOD = Received(condition="acceptable", count=2, notes="Envase <roto> & tapa\r\nfloja")


@pytest.fixture
def tissue(bruno) -> Protocol:
    """Of Bruno's, two containers declared."""
    (protocol,) = submitted(1, [bruno.veterinarian])
    HistopathologySample.objects.create(protocol=protocol, containers_declared=2)
    return protocol


@pytest.fixture
def cells(bruno) -> Protocol:
    """Of Bruno's, four slides declared."""
    (protocol,) = submitted(1, [bruno.veterinarian], kind="cytology")
    CytologySample.objects.create(protocol=protocol, slides_declared=4)
    return protocol


@pytest.fixture
def rejected(tissue, ana) -> Protocol:
    return reject_sample(ana, tissue.pk, 1, "Autolisis")


def events() -> list[tuple]:
    return list(ProtocolHistory.objects.order_by("pk").values_list("before", "after", "by__email", "reason"))


def mailed() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("kind", flat=True))


def test_what_came_is_kept_with_the_number_the_times_and_the_expected_days(ana, tissue):
    received = receive_sample(ana, tissue.pk, 1, GOOD)
    assert (received.status, received.number) == ("received", f"HP {YEAR}/001")
    assert (received.received_by, received.sample_condition) == (ana, "acceptable")
    assert received.reception_notes == "Envase <roto> & tapa\nfloja"
    assert received.discrepancies == ""
    assert received.histopathology_sample.containers_received == 2
    today = timezone.localdate()
    assert timezone.localdate(received.received_at) == today
    assert (received.expected_ready_on, received.expected_ready_by) == expected("histopathology", today)
    assert events() == [("submitted", "received", "ana@lab.test", "")]
    assert mailed() == ["protocol_received"]


def test_cells_come_on_slides_and_have_a_series_of_their_own(ana, cells):
    received = receive_sample(ana, cells.pk, 1, Received("optimal", 4))
    assert received.number == f"CT {YEAR}/001"
    assert received.cytology_sample.slides_received == 4


@pytest.mark.parametrize(("language", "counted"), [("es", "Frascos: 2 declarados"), ("en", "Containers: 2")])
def test_another_count_than_declared_is_a_discrepancy_in_the_vets_language(
    ana, bruno, tissue, language, counted
):
    type(bruno).objects.filter(pk=bruno.pk).update(language=language)
    received = receive_sample(ana, tissue.pk, 1, Received("optimal", 1, discrepancies="Es un gato."))
    assert received.discrepancies.startswith(counted)
    assert received.discrepancies.endswith("\nEs un gato.")
    assert mailed() == ["protocol_discrepancy"]
    assert list(Notification.objects.values_list("kind", "user")) == [("protocol_discrepancy", bruno.pk)]


def test_a_typed_difference_alone_is_told_too(ana, tissue):
    receive_sample(ana, tissue.pk, 1, Received("optimal", 2, discrepancies="Sin rótulo."))
    assert mailed() == ["protocol_discrepancy"]


def test_of_what_was_never_declared_what_came_is_no_discrepancy(ana, bruno):
    (protocol,) = submitted(1, [bruno.veterinarian])
    received = receive_sample(ana, protocol.pk, 1, Received("optimal", 3))
    assert received.discrepancies == ""
    assert received.histopathology_sample.containers_declared == 3


@pytest.mark.parametrize(
    ("received", "field"),
    [
        (Received("", 2), "condition"),
        (Received("rejected", 2), "condition"),
        (Received("bueno", 2), "condition"),
        (Received("optimal", 0), "count"),
        (Received("optimal", -1), "count"),
        (Received("optimal", 1_000), "count"),
        (Received("optimal", 2, notes="x" * 5_001), "notes"),
        (Received("optimal", 2, discrepancies="x" * 5_001), "discrepancies"),
        (Received("optimal", 1, discrepancies="x" * 5_000), "discrepancies"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_changes_nothing(ana, tissue, received, field):
    with pytest.raises(Incomplete) as refusal:
        receive_sample(ana, tissue.pk, 1, received)
    assert set(refusal.value.fields) == {field}
    unchanged(tissue)


def unchanged(protocol: Protocol) -> None:
    assert (
        Protocol.objects.get(pk=protocol.pk).__dict__.items()
        >= {
            name: getattr(protocol, name) for name in ("status", "number", "lock_version", "sample_condition")
        }.items()
    )
    assert not Delivery.objects.exists() and not Notification.objects.exists()


def test_a_second_click_takes_no_second_number(ana, tissue):
    receive_sample(ana, tissue.pk, 1, GOOD)
    with pytest.raises(InvalidTransition):
        receive_sample(ana, tissue.pk, 1, GOOD)
    assert len(events()) == len(mailed()) == 1
    assert receive_sample(ana, submitted(1, [tissue.veterinarian])[0].pk, 1, GOOD).number.endswith("/002")


def test_who_read_it_before_another_changed_it_is_told(ana, paula, tissue):
    reject_sample(ana, tissue.pk, 1, "Autolisis")
    return_rejected(ana, tissue.pk, "Se revisó")
    for act in (
        lambda: receive_sample(paula, tissue.pk, 1, GOOD),
        lambda: reject_sample(paula, tissue.pk, 1, "No"),
    ):
        with pytest.raises(StaleEdit):
            act()
    assert receive_sample(paula, tissue.pk, 3, GOOD).status == "received"


def test_a_rejected_sample_gets_no_number_and_its_vet_is_told_why(ana, bruno, tissue):
    rejected = reject_sample(ana, tissue.pk, 1, "  Autolisis\x00 ")
    assert (rejected.status, rejected.number) == ("rejected", None)
    assert (rejected.sample_condition, rejected.rejection_reason) == ("rejected", "Autolisis")
    assert events() == [("submitted", "rejected", "ana@lab.test", "Autolisis")]
    assert mailed() == ["protocol_rejected"]
    assert Notification.objects.get().kind == "protocol_rejected"


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2_001])
def test_without_a_reason_that_can_be_kept_nothing_is_rejected_or_returned(ana, tissue, reason):
    with pytest.raises(Incomplete) as refusal:
        reject_sample(ana, tissue.pk, 1, reason)
    assert set(refusal.value.fields) == {"reason"}
    unchanged(tissue)
    reject_sample(ana, tissue.pk, 1, "Autolisis")
    with pytest.raises(Incomplete):
        return_rejected(ana, tissue.pk, reason)
    assert Protocol.objects.get().status == "rejected"


def test_what_was_rejected_is_received_once_it_was_returned(ana, rejected):
    returned = return_rejected(ana, rejected.pk, "Era la correcta")
    assert (returned.status, returned.sample_condition, returned.rejection_reason) == ("submitted", "", "")
    assert mailed() == ["protocol_rejected", "protocol_submitted"]
    assert receive_sample(ana, returned.pk, returned.lock_version, GOOD).number == f"HP {YEAR}/001"
    assert [event[:2] for event in events()] == [
        ("submitted", "rejected"),
        ("rejected", "submitted"),
        ("submitted", "received"),
    ]


@pytest.mark.parametrize("verb", [receive_sample, reject_sample, return_rejected])
def test_who_may(ana, paula, alma, bruno, carla, tissue, verb):
    state = "rejected" if verb is return_rejected else "submitted"
    arguments = {receive_sample: (1, GOOD), reject_sample: (1, "No"), return_rejected: ("Sí",)}[verb]
    for user, outcome in (
        (bruno, NotAllowed),
        (carla, NotVisible),
        (ana, None),
        (paula, None),
        (alma, None),
    ):
        Protocol.objects.filter(pk=tissue.pk).update(status=state, lock_version=1, number=None)
        if outcome is None:
            verb(user, tissue.pk, *arguments)
        else:
            with pytest.raises(outcome):
                verb(user, tissue.pk, *arguments)
            assert Protocol.objects.get().status == state


@pytest.mark.parametrize("state", ["draft", "received", "processing", "ready", "reported"])
@pytest.mark.parametrize("verb", [receive_sample, reject_sample, return_rejected])
def test_no_other_state_allows_it(ana, bruno, verb, state):
    protocol = factories.ProtocolFactory(status=state, veterinarian=bruno.veterinarian)
    arguments = {receive_sample: (1, GOOD), reject_sample: (1, "No"), return_rejected: ("Sí",)}[verb]
    with pytest.raises(NotVisible if state == "draft" else InvalidTransition):
        verb(ana, protocol.pk, *arguments)
    assert not ProtocolHistory.objects.exists()


def test_nothing_remains_of_what_was_rolled_back(ana, tissue):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive_sample(ana, tissue.pk, 1, GOOD)
        raise ZeroDivisionError
    unchanged(tissue)
    assert HistopathologySample.objects.get().containers_received is None
    assert receive_sample(ana, tissue.pk, 1, GOOD).number == f"HP {YEAR}/001"


def test_every_condition_but_rejected_can_be_received():
    from lims.services.reception.receiving import CONDITIONS

    assert set(SampleCondition) - set(CONDITIONS) == {SampleCondition.REJECTED}


@pytest.mark.django_db(transaction=True)
def test_of_a_receiver_and_a_rejecter_at_once_one_wins(ana, tissue):
    def go(act) -> str:
        try:
            return act().status
        except LimsError as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    acts = [
        lambda: receive_sample(ana, tissue.pk, 1, GOOD),
        lambda: reject_sample(ana, tissue.pk, 1, "No"),
    ] * 4
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(go, acts))
    assert outcomes.count("InvalidTransition") == 7
    assert len(events()) == len(mailed()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "TMP-HP-20261123-001",
        "tmp-hp-20261123-001",
        "  TMP-HP-20261123-001\n",
        "TMP'HP'20261123'001",
        "TMP HP 20261123 1",
        "TMPHP20261123-001",
    ],
)
def test_a_temporary_code_is_found_however_it_is_scanned_or_typed(ana, bruno, carla, typed):
    (protocol,) = submitted(1, [bruno.veterinarian], temporary_code="TMP-HP-20261123-001")
    assert find(ana, typed) == find(bruno, typed) == protocol
    assert find(carla, typed) is None


@pytest.mark.parametrize(
    "typed",
    ["HP 26/007", "hp26/7", "HP 26-007", "HP  26/007", "HP 26/007-C1", "HP 26/007-S12", "HP 26-007'S2"],
)
def test_a_number_is_found_by_its_own_label_and_those_of_its_cassettes_and_slides(ana, typed):
    protocol = factories.ProtocolFactory(number="HP 26/007")
    assert find(ana, typed) == protocol


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "HP",
        "HP 26",
        "OT-2026-001",
        "7790001234567",
        "HP 26/0071",
        "https://x.test/",
        "%",
        "'",
        "x" * 9_999,
        "HP ٢٦/٠٠٧",
    ],
)
def test_anything_else_finds_nothing(ana, typed):
    factories.ProtocolFactory(number="HP 26/007")
    assert find(ana, typed) is None
