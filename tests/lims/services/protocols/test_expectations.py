"""expected: from the laboratory's own history of a kind, in working days; until then by default."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lims.models import Holiday, Protocol, ProtocolHistory
from lims.services.kit.working_days import add_working_days
from lims.services.protocols.expectations import LATEST, LEAST, expected
from tests import factories
from tests.operating import start as begin
from tests.operating import submitted, work

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
# Noon in Buenos Aires.
NOON = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def vet():
    return factories.VeterinarianFactory()


def took(vet, days: list[int], kind: str = "histopathology", at: datetime = NOON) -> list[Protocol]:
    """Return protocols that were received on a Monday and ready after so many working days."""
    made = submitted(len(days), [vet], kind=kind, received_at=at)
    for protocol, count in zip(made, days, strict=True):
        Protocol.objects.filter(pk=protocol.pk).update(status="ready", number=f"N {protocol.pk}")
        was_ready(protocol, at + (add_working_days(at.date(), count) - at.date()))
    return made


def was_ready(protocol: Protocol, at: datetime) -> None:
    row = ProtocolHistory.objects.create(protocol=protocol, before="processing", after="ready")
    ProtocolHistory.objects.filter(pk=row.pk).update(at=at)


def in_days(kind: str = "histopathology", received_on: date = MONDAY) -> tuple[int, int]:
    found = expected(kind, received_on)
    return (found.on - received_on).days, (found.by - received_on).days


def test_without_enough_history_there_is_a_default(vet):
    took(vet, [1] * (LEAST - 1))
    assert in_days() == (7, 10)
    assert in_days("cytology") == (2, 3)


def test_with_enough_it_is_the_median_and_the_80th_percentile_of_its_kind(vet):
    took(vet, list(range(1, LEAST + 1)))
    took(vet, [1] * 30, "cytology")
    assert expected("histopathology", MONDAY) == (
        add_working_days(MONDAY, 10),
        add_working_days(MONDAY, 16),
    )
    assert in_days("cytology") == (1, 1)


def test_only_the_latest_count(vet):
    took(vet, [30] * 10)
    took(vet, [2] * LATEST)
    assert in_days() == (2, 2)


def test_what_went_back_to_the_bench_counts_as_it_was_ready_first(vet):
    for protocol in took(vet, [2] * LEAST):
        was_ready(protocol, NOON + timedelta(days=40))
    assert in_days() == (2, 2)


def test_weekends_and_holidays_neither_lengthen_the_past_nor_shorten_the_future(vet):
    Holiday.objects.create(on=date(2026, 3, 3), name="Feriado")
    Holiday.objects.create(on=date(2026, 11, 3), name="Feriado")
    took(vet, [5] * LEAST)
    # From Monday over a holiday and a weekend.
    assert in_days() == (8, 8)


def test_days_are_those_of_the_laboratorys_zone(vet):
    # Still Monday in Buenos Aires, and Tuesday in UTC.
    late = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    for protocol in took(vet, [1] * LEAST, at=late):
        ProtocolHistory.objects.filter(protocol=protocol).update(at=late + timedelta(hours=1))
    assert in_days() == (1, 1)


def test_it_takes_one_statement(vet, django_assert_num_queries):
    took(vet, [3] * LEAST)
    with django_assert_num_queries(1):
        expected("histopathology", MONDAY)


def test_bulk_receptions_get_the_days_of_their_kinds(vet, ana):
    took(vet, [1] * LEAST)
    made = submitted(3, [vet])
    work(begin(ana, made))
    for protocol in Protocol.objects.filter(pk__in=[one.pk for one in made]):
        received_on = protocol.received_at.astimezone().date()
        assert (protocol.expected_ready_on, protocol.expected_ready_by) == expected(
            protocol.kind, received_on
        )


def test_of_a_rare_kind_no_more_than_so_many_are_looked_through(vet, monkeypatch):
    took(vet, [1] * LEAST, "cytology")
    took(vet, [2] * 10)
    assert in_days("cytology") == (1, 1)
    monkeypatch.setattr("lims.services.protocols.transitions.expectations.SEARCHED", LEAST)
    assert in_days("cytology") == (2, 3)
