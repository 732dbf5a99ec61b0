"""Numbers: gapless and unique whoever receives at once, over a year's end, and whatever is rolled back."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lims.models import NumberSeries, Protocol
from lims.services.kit import numbers
from lims.services.protocols.transitions import receive_all
from lims.services.reception.receiving import Received, receive_sample
from tests import operating
from tests.drills.length import examples
from tests.operating import is_gapless, sequence, submitted

RECEIVERS = 16
GOOD = Received("optimal", 1)


class Later(Exception):
    """The work is undone, as by a crash after the numbers were taken."""


def receive_each(by, protocols, undo=()) -> None:
    """Receive each by a thread of its own among sixteen; those in `undo` are rolled back the first time."""

    def go(protocol) -> None:
        try:
            if protocol.pk in undo:
                with pytest.raises(Later), transaction.atomic():
                    receive_sample(by, protocol.pk, 1, GOOD)
                    raise Later
            receive_sample(by, protocol.pk, 1, GOOD)
        finally:
            connection.close()

    with ThreadPoolExecutor(RECEIVERS) as pool:
        list(pool.map(go, protocols))


@pytest.mark.django_db(transaction=True)
def test_sixteen_receivers_at_once_leave_no_gap_and_no_repeat(ana, bruno):
    protocols = submitted(33, [bruno.veterinarian])
    receive_each(ana, protocols, undo={protocol.pk for protocol in protocols[::5]})
    assert sequence("histopathology") == list(range(1, 23))
    assert sequence("cytology") == list(range(1, 12))


@pytest.mark.django_db(transaction=True)
def test_single_receivers_and_bulk_ranges_at_once_share_one_series(ana, bruno):
    single, bulk = submitted(24, [bruno.veterinarian]), submitted(40, [bruno.veterinarian])
    chunks = [bulk[start : start + 10] for start in range(0, 40, 10)]

    def go(things) -> None:
        try:
            if isinstance(things, Protocol):
                receive_sample(ana, things.pk, 1, GOOD)
                return
            with transaction.atomic():
                locked = Protocol.objects.select_for_update(no_key=True).order_by("pk")
                receive_all(list(locked.filter(pk__in=[one.pk for one in things])), ana, timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(RECEIVERS) as pool:
        list(pool.map(go, [*chunks, *single]))
    assert is_gapless("histopathology") and is_gapless("cytology")
    assert Protocol.objects.filter(number__isnull=False).count() == 64
    for chunk in chunks:
        # A range at once: the numbers of a chunk stand together, in its order.
        found = Protocol.objects.in_bulk([one.pk for one in chunk])
        tissue = [int(found[one.pk].number.split("/")[1]) for one in chunk if one.kind == "histopathology"]
        assert tissue == list(range(tissue[0], tissue[0] + len(tissue)))


@pytest.mark.django_db(transaction=True)
def test_receivers_on_both_sides_of_the_years_end_fill_both_years(ana, bruno, monkeypatch):
    # Midnight in Buenos Aires is three in the morning of UTC; the receivers do not agree on the time.
    midnight = datetime(2027, 1, 1, 3, tzinfo=UTC)
    protocols = submitted(32, [bruno.veterinarian], kind="histopathology")
    chance = random.Random(1)
    monkeypatch.setattr(timezone, "now", lambda: midnight + chance.choice((-1, 1)) * timedelta(seconds=1))
    receive_each(ana, protocols)
    found = Protocol.objects.values_list("number", flat=True)
    for year in ("26", "27"):
        of_year = sorted(int(number[6:]) for number in found if number.startswith(f"HP {year}/"))
        assert of_year and of_year == list(range(1, len(of_year) + 1))
    for protocol in Protocol.objects.all():
        year = timezone.localdate(protocol.received_at).year % 100
        assert protocol.number.startswith(f"HP {year}/")


@pytest.mark.django_db
def test_a_number_has_four_digits_when_the_year_needs_them_and_is_ordered_by_it(ana, bruno):
    year = timezone.localdate().year % 100
    numbers.allocate(f"HP {year}", 998)
    made = submitted(2, [bruno.veterinarian], kind="histopathology")
    given = [receive_sample(ana, one.pk, 1, GOOD).number for one in made]
    assert given == [f"HP {year}/999", f"HP {year}/1000"]


WORK = st.lists(
    st.tuples(
        st.sampled_from(["single", "range", "undone", "undone range"]),
        st.sampled_from(["histopathology", "cytology"]),
        st.integers(1, 5),
        st.sampled_from([26, 27]),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(work=WORK)
def test_whatever_is_done_and_undone_in_whatever_order_the_series_have_no_gap(work):
    NumberSeries.objects.all().delete()
    given_out: list[str] = []
    for what, kind, size, year in work:
        wanted = size if "range" in what else 1
        try:
            with transaction.atomic():
                taken = numbers.protocol_numbers(kind, 2000 + year, wanted)
                if "undone" in what:
                    raise Later
        except Later:
            continue
        assert len(taken) == wanted
        given_out += taken
    assert len(set(given_out)) == len(given_out)
    for prefix in {number.split("/")[0] for number in given_out}:
        series = [int(number.split("/")[1]) for number in given_out if number.startswith(prefix + "/")]
        assert series == list(range(1, len(series) + 1))


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(undone=st.sets(st.integers(0, 15)))
def test_whichever_of_sixteen_are_undone_the_numbers_have_no_gap(ana, bruno, undone):
    before = len(sequence("histopathology"))
    protocols = operating.submitted(RECEIVERS, [bruno.veterinarian], kind="histopathology")
    receive_each(ana, protocols, undo={protocols[place].pk for place in undone})
    assert sequence("histopathology") == list(range(1, before + RECEIVERS + 1))
