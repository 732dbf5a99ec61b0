"""Turnaround: what was reported, once, in working days, by the laboratory's months; volumes: what came."""

import math
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from lims.errors import NotAllowed
from lims.models import Holiday, Report
from lims.services.kit.working_days import working_days_between
from lims.services.overview import statistics
from tests import factories

SEPTEMBER, OCTOBER, NOVEMBER = MONTHS = [date(2026, month, 1) for month in (9, 10, 11)]


def at(month: int, day: int, hour: int = 15, year: int = 2026) -> datetime:
    """Return a moment by UTC; the laboratory is three hours behind."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def reported(author, received_at: datetime, reported_at: datetime, kind: str = "histopathology") -> Report:
    """Return the issued report of a protocol, by rows alone."""
    protocol = factories.ProtocolFactory(kind=kind, status="reported", received_at=received_at)
    return factories.archived_report(author, protocol, finalized_at=reported_at, issued_at=reported_at)


def taken(by, kind: str = "histopathology", months=MONTHS) -> dict:
    """Return per month how many were reported, the median and the 80th percentile."""
    found = [one for one in statistics.turnaround(by, months) if one.kind == kind]
    return {one.month: (one.reported, one.median_days, one.most_days) for one in found}


@pytest.mark.parametrize(
    ("received_at", "reported_at", "days"),
    [
        (at(11, 3), at(11, 3, 20), 0),
        (at(11, 3), at(11, 4), 1),
        # From a Friday to a Monday, over a Saturday and a Sunday.
        (at(11, 6), at(11, 9), 1),
        (at(11, 7), at(11, 8), 0),
        # The 20th, a Friday, and the 23rd are holidays.
        (at(11, 19), at(11, 24), 1),
        # In the laboratory it is still the day before.
        (at(11, 4, 2), at(11, 5), 2),
        (at(11, 4), at(11, 6, 2), 1),
    ],
)
def test_days_are_those_on_which_the_laboratory_works(author, alma, received_at, reported_at, days):
    for day in (20, 23):
        Holiday.objects.create(on=date(2026, 11, day), name="Feriado")
    reported(author, received_at, reported_at)
    assert taken(alma)[NOVEMBER] == (1, days, days)


def test_month_is_that_of_the_report_in_the_laboratorys_zone(author, alma):
    reported(author, at(9, 28), at(10, 1, 2))
    reported(author, at(9, 28), at(10, 1, 3))
    assert taken(alma)[SEPTEMBER][0] == 1
    assert taken(alma)[OCTOBER][0] == 1
    # What was reported before the months began, be it for a minute, is not in them.
    assert taken(alma, months=[OCTOBER, NOVEMBER])[None][0] == 1


def test_year_before_is_another_month(author, alma):
    reported(author, at(12, 30, year=2025), at(1, 1, 2))
    reported(author, at(12, 30, year=2025), at(1, 2))
    months = [date(2025, 12, 1), date(2026, 1, 1)]
    assert [taken(alma, months=months)[month][0] for month in months] == [1, 1]


def test_amended_and_withdrawn_reports_count_once_with_their_first(author, alma):
    first = reported(author, at(10, 5), at(10, 7))
    factories.next_version(first)
    Report.objects.filter(version=2).update(finalized_at=at(11, 9), issued_at=at(11, 9))
    withdrawn = reported(author, at(10, 5), at(10, 9))
    Report.objects.filter(pk=withdrawn.pk).update(
        status="withdrawn", withdrawn_at=at(11, 9), withdrawal_reason="Muestra cambiada"
    )
    assert taken(alma) == {
        SEPTEMBER: (0, None, None),
        OCTOBER: (2, 2, 4),
        NOVEMBER: (0, None, None),
        None: (2, 2, 4),
    }


def test_what_is_not_reported_yet_is_not_counted(author, alma):
    factories.ready_protocol(received_at=at(10, 5))
    factories.draft_report(author)
    factories.finalized_report(author)
    assert taken(alma, months=statistics.months_until_now(2))[None] == (0, None, None)


def test_kinds_are_told_apart(author, alma):
    reported(author, at(10, 5), at(10, 6), "cytology")
    reported(author, at(10, 5), at(10, 15), "histopathology")
    assert (taken(alma, "cytology")[OCTOBER], taken(alma)[OCTOBER]) == ((1, 1, 1), (1, 8, 8))


def test_half_and_four_of_five_are_numbers_of_days_that_samples_took(author, alma):
    # From a Monday, so that these are working days: half of four are within two, four of five within four.
    for days in (1, 2, 3, 4):
        reported(author, at(9, 7), at(9, 7 + days))
    assert taken(alma)[SEPTEMBER] == (4, 2, 4)
    reported(author, at(9, 7), at(9, 21))
    assert taken(alma)[SEPTEMBER] == (5, 3, 4)


def test_times_are_what_counting_day_by_day_finds(author, alma):
    rng = random.Random(3)
    for day in ("2026-10-12", "2026-11-20", "2026-09-05"):
        Holiday.objects.create(on=day, name="Feriado")
    expected = defaultdict(list)
    for _ in range(40):
        received_at = at(8, 20) + timedelta(hours=rng.randrange(70 * 24))
        reported_at = received_at + timedelta(hours=rng.randrange(20 * 24))
        reported(author, received_at, reported_at)
        days = [timezone.localdate(moment) for moment in (received_at, reported_at)]
        if days[1] >= SEPTEMBER:
            expected[days[1].replace(day=1)].append(working_days_between(*days))
    expected[None] = [days for month in list(expected.values()) for days in month]
    for month, days in expected.items():
        days.sort()
        ranks = [days[math.ceil(len(days) * share) - 1] for share in (0.5, 0.8)]
        assert taken(alma)[month] == (len(days), *ranks), month


def test_each_number_is_one_statement_however_much_there_is(author, alma, django_assert_num_queries):
    for _ in range(5):
        reported(author, at(10, 5), at(10, 6))
    for counted in (statistics.turnaround, statistics.received, statistics.busiest):
        with django_assert_num_queries(1):
            counted(alma, MONTHS)


def test_received_are_counted_by_the_laboratorys_months_whatever_became_of_them(alma):
    for moment, status in ((at(10, 1, 2), "reported"), (at(10, 1, 3), "received"), (at(10, 20), "ready")):
        factories.ProtocolFactory(received_at=moment, status=status)
    factories.ProtocolFactory(received_at=at(10, 20), kind="cytology")
    factories.ProtocolFactory(received_at=None, status="submitted", number=None)
    found = statistics.received(alma, MONTHS)
    assert [found["histopathology", month] for month in MONTHS] == [1, 2, 0]
    assert [found["cytology", month] for month in MONTHS] == [0, 1, 0]


def test_busiest_come_first_and_not_more_than_ten(alma, bruno, carla):
    for kind, vet in (("cytology", bruno), ("histopathology", bruno), ("histopathology", carla)):
        factories.ProtocolFactory(veterinarian=vet.veterinarian, received_at=at(10, 5), kind=kind)
    factories.ProtocolFactory(veterinarian=carla.veterinarian, received_at=at(8, 5))
    factories.ProtocolFactory.create_batch(9, received_at=at(11, 5))
    found = statistics.busiest(alma, MONTHS)
    assert len(found) == statistics.BUSIEST
    first = found[0]
    assert (first.pk, first.received, first.histopathology, first.cytology) == (
        bruno.veterinarian.pk,
        2,
        1,
        1,
    )
    assert first.name == bruno.veterinarian.name
    assert {sender.received for sender in found[1:]} == {1}


@pytest.mark.parametrize("counted", [statistics.turnaround, statistics.received, statistics.busiest])
def test_only_administrators_look_back(counted, ana, paula, bruno):
    for user in (ana, paula, bruno):
        with pytest.raises(NotAllowed):
            counted(user, MONTHS)


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (at(2, 10), [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]),
        # In the laboratory it is still December.
        (at(1, 1, 2), [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)]),
        (at(12, 31), [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]),
    ],
)
def test_months_are_the_laboratorys_up_to_now(monkeypatch, now, months):
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert statistics.months_until_now(3) == months
