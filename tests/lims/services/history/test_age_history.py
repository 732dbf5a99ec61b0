"""history_ageing: whole months go, the last state before them stays as known, and what went is on record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from actors.acting import acting
from lims.errors import Incomplete
from lims.models import AgedHistory, DocumentAccess, Protocol, WorkOrderLine
from lims.models.history import changes_of
from lims.services.history import changes as audit
from lims.services.history import retention
from lims.services.history.retention import age, first_kept, foresee, policy
from lims.services.work_orders.work_orders import change_work_order
from tests import factories
from tests.aged import dated, opened

pytestmark = pytest.mark.django_db
# In Buenos Aires a month begins at three in the morning of UTC.
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST_OLD, FIRST_KEPT = datetime(2025, 11, 1, 2, 59, 59, tzinfo=UTC), datetime(2025, 11, 1, 3, tzinfo=UTC)
LONG_AGO, OLD = datetime(2024, 5, 2, tzinfo=UTC), datetime(2025, 10, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def protocol(ana, bruno) -> Protocol:
    """Of Bruno's, named by Ana again and again: three times before what is kept, once since."""
    with acting(ana.pk):
        made = factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal="A")
        for name in ("B", "C", "D"):
            Protocol.objects.filter(pk=made.pk).update(animal=name)
    dated(made, LONG_AGO, OLD, LAST_OLD, FIRST_KEPT)
    return made


def kept(thing) -> list[tuple]:
    rows = thing.changes.order_by("pgh_id").values_list("pgh_label", "animal", "pgh_context")
    return [(label, animal, (context or {}).get("user")) for label, animal, context in rows]


def on_record(kind: str) -> list[tuple]:
    rows = AgedHistory.objects.filter(kind=kind).order_by("month", "pk")
    return list(rows.values_list("month", "removed", "reduced"))


def age_all(months: int = 12, by=None) -> list[tuple]:
    return [
        (one.kind, one.month, one.removed, one.reduced) for batch in age(months, by) for one in batch.aged
    ]


def test_months_end_where_the_laboratorys_do_and_the_last_state_before_stays_as_known(ana, protocol):
    age_all()
    assert kept(protocol) == [("known", "C", None), ("update", "D", ana.pk)]
    assert on_record("protocol") == [(date(2024, 5, 1), 1, 0), (date(2025, 10, 1), 1, 1)]


def test_the_next_change_is_still_told_with_what_was_before(protocol):
    age_all()
    (change,) = audit.kept_of(protocol)
    assert (change.label, change.differences["animal"]) == ("update", ("C", "D"))
    assert audit.kept_since(protocol) == date(2025, 11, 1)


def test_what_is_known_goes_on_with_the_months(protocol, monkeypatch):
    age_all()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=10))
    assert first_kept(12) == date(2025, 12, 1)
    age_all()
    assert kept(protocol) == [("known", "D", None)]
    assert on_record("protocol")[-2:] == [(date(2025, 10, 1), 1, 0), (date(2025, 11, 1), 0, 1)]
    assert audit.kept_of(protocol) == []


def test_whatever_was_not_changed_since_long_stays_known(ana, bruno):
    still = factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal="A")
    dated(still, LONG_AGO)
    age_all()
    assert kept(still) == [("known", "A", None)]


def test_of_what_was_removed_everything_goes_once_that_is_old(ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    line = order.lines.get()
    change_work_order(ana, order.pk, order.lock_version, lines=[])
    changes = changes_of(WorkOrderLine).objects.filter(pgh_obj_id=line.pk)
    dated(line, LONG_AGO, FIRST_KEPT)
    age_all()
    assert list(changes.values_list("pgh_label", flat=True).order_by("pgh_id")) == ["known", "delete"]
    dated(line, LONG_AGO, OLD)
    age_all()
    assert not changes.exists()


def test_a_state_that_a_kept_change_is_compared_with_stays_whatever_the_order_of_times(protocol):
    dated(protocol, LONG_AGO, OLD, FIRST_KEPT, LAST_OLD)
    age_all()
    assert [row[:2] for row in kept(protocol)] == [("known", "B"), ("update", "C"), ("known", "D")]


def test_accesses_go_save_those_of_reports(bruno):
    for kind in ("work-order", "label-sheet", "report"):
        opened(kind, bruno, LAST_OLD)
        opened(kind, bruno, FIRST_KEPT)
    age_all()
    left = DocumentAccess.objects.order_by("pk").values_list("kind", "at")
    assert list(left) == [
        ("work-order", FIRST_KEPT),
        ("label-sheet", FIRST_KEPT),
        ("report", LAST_OLD),
        ("report", FIRST_KEPT),
    ]
    assert on_record("documentaccess") == [(date(2025, 10, 1), 2, 0)]


def test_a_second_run_finds_nothing(protocol):
    assert age_all()
    before = list(AgedHistory.objects.values_list("pk", flat=True))
    assert age_all() == []
    assert list(AgedHistory.objects.values_list("pk", flat=True)) == before


def test_who_had_it_aged_and_by_which_policy_is_on_record(alma, protocol):
    age_all(13, alma)
    assert set(AgedHistory.objects.values_list("kept_months", "by")) == {(13, alma.pk)}


@pytest.mark.parametrize("stop_after", [1, 2, 3, 5])
def test_stopped_anywhere_and_begun_again_it_leaves_out_nothing_and_counts_once(
    bruno, monkeypatch, stop_after
):
    monkeypatch.setattr(retention, "ROWS", 2)
    made = [factories.ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(4)]
    for name in ("B", "C"):
        Protocol.objects.update(animal=name)
    for each in made:
        dated(each, LONG_AGO, OLD, OLD)
    running = age(12)
    for _ in range(stop_after):
        next(running)
    running.close()
    age_all()
    assert [kept(each) for each in made] == [[("known", "C", None)]] * 4
    assert sum(removed for _, removed, _ in on_record("protocol")) == 8
    assert sum(reduced for _, _, reduced in on_record("protocol")) == 4


def test_begun_again_at_the_place_that_a_batch_tells_it_does_the_rest(protocol, bruno, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 1)
    opened("work-order", bruno, LAST_OLD)
    first = next(batch for batch in age(12) if batch.aged)
    assert [one.kind for one in first.aged] == ["protocol"]
    rest = [one for batch in age(12, None, first.history, first.after) for one in batch.aged]
    assert sum(one.removed for one in rest if one.kind == "protocol") == 1
    assert sum(one.removed for one in rest if one.kind == "documentaccess") == 1


def test_a_batch_that_fails_leaves_everything_as_it_was(ana, protocol, monkeypatch):
    before = kept(protocol)

    def fail_afterwards(*args, fetch=retention._fetch_aged):
        fetch(*args)
        raise ConnectionError

    monkeypatch.setattr(retention, "_fetch_aged", fail_afterwards)
    with pytest.raises(ConnectionError):
        age_all()
    assert kept(protocol) == before and not AgedHistory.objects.exists()


def refuses(statement: str) -> bool:
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement)
    return True


def test_nobody_else_rewrites_or_removes_while_and_after_it_ages(protocol, bruno, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 1)
    opened("report", bruno, LAST_OLD)
    for batch in age(12):
        if batch.aged:
            assert refuses("DELETE FROM lims_protocolchange")
    assert refuses("UPDATE lims_protocolchange SET animal = 'X'")
    for table in ("lims_agedhistory", "lims_documentaccess"):
        assert refuses(f"DELETE FROM {table}")
        assert refuses(f"UPDATE {table} SET kind = 'x'")


def test_what_it_would_take_is_what_it_takes_and_telling_changes_nothing(ana, protocol, bruno):
    opened("work-order", bruno, LAST_OLD)
    before = kept(protocol)
    foreseen = [(one.kind, one.month, one.removed, one.reduced) for one in foresee(12)]
    assert kept(protocol) == before and not AgedHistory.objects.exists()
    assert DocumentAccess.objects.exists()
    assert foreseen == age_all()


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (datetime(2026, 11, 1, 2, 59, tzinfo=UTC), 12, date(2025, 10, 1)),
        (datetime(2026, 11, 1, 3, 0, tzinfo=UTC), 12, date(2025, 11, 1)),
        (datetime(2026, 1, 31, tzinfo=UTC), 13, date(2024, 12, 1)),
        (datetime(2026, 12, 5, tzinfo=UTC), 120, date(2016, 12, 1)),
    ],
)
def test_first_kept_month(monkeypatch, today, months, first):
    monkeypatch.setattr(timezone, "now", lambda: today)
    assert first_kept(months) == first


@pytest.mark.parametrize("months", [11, 0, -1, 1_201])
def test_less_than_a_year_is_refused(months, settings):
    with pytest.raises(Incomplete):
        policy(months)
    settings.HISTORY_MONTHS = None
    assert (policy(), policy(12)) == (None, 12)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_each_row_once(bruno, monkeypatch):
    monkeypatch.setattr(retention, "ROWS", 3)
    made = [factories.ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(6)]
    for name in ("B", "C"):
        Protocol.objects.update(animal=name)
    for each in made:
        dated(each, LONG_AGO, OLD, OLD)

    def go(_number: int) -> None:
        try:
            age_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, range(4)))
    assert [kept(each) for each in made] == [[("known", "C", None)]] * 6
    assert sum(removed for _, removed, _ in on_record("protocol")) == 12
    assert sum(reduced for _, _, reduced in on_record("protocol")) == 6
