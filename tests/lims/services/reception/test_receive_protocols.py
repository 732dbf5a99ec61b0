"""receive-protocols: numbered, told and written down once each, whichever of them fail."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.models import Job
from lims.models import Delivery, Notification, Protocol, ProtocolHistory, Veterinarian
from lims.services.kit import numbers
from lims.services.protocols.expectations import expected
from lims.services.reception.bulk import ReceiveProtocols
from tests.drills.length import examples
from tests.operating import is_gapless, poisoned, reasons, sequence, start, submitted, work

YEAR = timezone.localdate().year % 100
pytestmark = pytest.mark.django_db


def numbers_of(protocols: list[Protocol]) -> list[str | None]:
    found = Protocol.objects.in_bulk([protocol.pk for protocol in protocols])
    return [found[protocol.pk].number for protocol in protocols]


def at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_each_is_received_numbered_in_order_recorded_and_told(ana, bruno):
    protocols = submitted(7, [bruno.veterinarian])
    assert work(start(ana, protocols)).state == "done"
    received = Protocol.objects.filter(status="received", received_by=ana, received_at__isnull=False)
    assert received.count() == 7
    expected = [
        *(f"HP {YEAR}/001", f"HP {YEAR}/002", f"CT {YEAR}/001", f"HP {YEAR}/003"),
        *(f"HP {YEAR}/004", f"CT {YEAR}/002", f"HP {YEAR}/005"),
    ]
    assert numbers_of(protocols) == expected
    history = ProtocolHistory.objects.values_list("before", "after", "by")
    assert list(history) == [("submitted", "received", ana.pk)] * 7
    told = Notification.objects.filter(user=bruno, kind="protocol_received").order_by("pk")
    assert [(one.subject, one.path) for one in told] == [
        (number, f"/protocols/{protocol.pk}/") for number, protocol in zip(expected, protocols, strict=True)
    ]


def test_a_day_it_should_be_ready_is_set_unless_there_is_one(ana, bruno):
    planned = date(2026, 1, 2)
    protocols = submitted(1, [bruno.veterinarian]) + submitted(
        1, [bruno.veterinarian], expected_ready_on=planned
    )
    work(start(ana, protocols))
    days = list(Protocol.objects.order_by("pk").values_list("expected_ready_on", flat=True))
    assert days == [expected("histopathology", timezone.localdate()).on, planned]


def test_one_digest_per_vet_lists_exactly_their_own(ana, bruno, carla):
    protocols = submitted(10, [bruno.veterinarian, carla.veterinarian])
    operation = start(ana, protocols)
    Protocol.objects.filter(pk=protocols[0].pk).update(status="rejected")
    work(operation)
    for user, own in ((bruno, protocols[2::2]), (carla, protocols[1::2])):
        digest = Delivery.objects.get(recipient=user)
        assert (digest.kind, digest.operation, digest.requested_by) == ("reception_digest", operation, ana)
        assert digest.protocol_ids == [protocol.pk for protocol in own]
        assert Job.objects.filter(actor="send_delivery", ref=str(digest.pk)).count() == 1


def test_a_digest_goes_to_the_vets_address_in_the_vets_language(ana, bruno):
    type(bruno).objects.filter(pk=bruno.pk).update(language="en")
    Veterinarian.objects.filter(user=bruno).update(alternative_email="mesa@clinica.test")
    work(start(ana, submitted(1, [bruno.veterinarian])))
    digest = Delivery.objects.get(recipient=bruno)
    assert (digest.address, digest.language) == ("mesa@clinica.test", "en")


def test_a_vet_who_wants_no_mail_on_reception_gets_none_but_sees_it_in_the_portal(ana, bruno):
    Veterinarian.objects.filter(user=bruno).update(notify_on_reception=False)
    work(start(ana, submitted(2, [bruno.veterinarian])))
    assert not Delivery.objects.filter(recipient=bruno).exists()
    assert Notification.objects.filter(user=bruno).count() == 2


def test_where_all_fail_nobody_is_told_of_a_reception(ana, bruno):
    protocols = submitted(3, [bruno.veterinarian])
    operation = start(ana, protocols)
    with poisoned(protocols):
        work(operation)
    assert set(reasons(operation)) == {protocol.pk for protocol in protocols}
    assert not Delivery.objects.filter(recipient=bruno).exists()
    assert not Notification.objects.filter(user=bruno).exists()


@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    total=st.integers(1, 24),
    broken=st.sets(st.integers(0, 23)),
    moved=st.sets(st.integers(0, 23)),
    chunk=st.integers(1, 12),
)
def test_whichever_rows_fail_the_numbers_have_no_gap(ana, bruno, monkeypatch, total, broken, moved, chunk):
    monkeypatch.setattr(ReceiveProtocols, "chunk_size", chunk)
    with transaction.atomic():
        protocols = submitted(total, [bruno.veterinarian])
        operation = start(ana, protocols)
        moved_pks = {protocol.pk for n, protocol in enumerate(protocols) if n in moved}
        broken_pks = {protocol.pk for n, protocol in enumerate(protocols) if n in broken} - moved_pks
        Protocol.objects.filter(pk__in=moved_pks).update(status="rejected")
        with poisoned(protocol for protocol in protocols if protocol.pk in broken_pks):
            work(operation)
        good = {protocol.pk for protocol in protocols} - moved_pks - broken_pks
        numbered = Protocol.objects.filter(number__isnull=False)
        assert set(numbered.values_list("pk", flat=True)) == good
        assert set(reasons(operation)) == moved_pks | broken_pks
        assert is_gapless("histopathology") and is_gapless("cytology")
        assert sequence_order(protocols) == sorted(sequence_order(protocols))
        assert ProtocolHistory.objects.count() == Notification.objects.filter(user=bruno).count() == len(good)
        transaction.set_rollback(True)


def sequence_order(protocols: list[Protocol]) -> list[str]:
    """Return the numbers of histopathology in the order of the list."""
    return [number for number in numbers_of(protocols) if number and number.startswith("HP")]


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        # In Buenos Aires it is still the old year until three in the morning of UTC.
        (datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC), 26),
        (datetime(2027, 1, 1, 3, 0, 0, tzinfo=UTC), 27),
    ],
)
def test_the_year_is_that_of_the_laboratorys_zone(ana, bruno, monkeypatch, moment, year):
    operation = start(ana, submitted(1, [bruno.veterinarian]))
    at(monkeypatch, moment)
    work(operation)
    assert Protocol.objects.get().number == f"HP {year}/001"


def test_each_year_counts_from_one_and_the_old_one_goes_on_where_it_was(ana, bruno, monkeypatch):
    before, after = submitted(2, [bruno.veterinarian]), submitted(2, [bruno.veterinarian])
    at(monkeypatch, datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    work(start(ana, before))
    at(monkeypatch, datetime(2027, 1, 1, 12, 0, tzinfo=UTC))
    work(start(ana, after))
    assert numbers_of(before + after) == ["HP 26/001", "HP 26/002", "HP 27/001", "HP 27/002"]


def test_a_year_with_more_than_999_gets_four_digits(ana, bruno):
    numbers.allocate(f"HP {YEAR}", 998)
    protocols = submitted(2, [bruno.veterinarian]) + submitted(1, [bruno.veterinarian])
    work(start(ana, protocols))
    assert numbers_of(protocols) == [f"HP {YEAR}/999", f"HP {YEAR}/1000", f"HP {YEAR}/1001"]


@pytest.mark.django_db(transaction=True)
def test_numbers_of_work_that_was_rolled_back_are_given_again(ana, bruno):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        work(start(ana, submitted(5, [bruno.veterinarian])))
        raise ZeroDivisionError
    work(start(ana, submitted(5, [bruno.veterinarian])))
    assert sequence("histopathology") == [1, 2, 3, 4]
