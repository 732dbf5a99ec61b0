"""issue_work_order: a gapless number, frozen lines, a warm PDF, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection, transaction
from django.utils import timezone

from actors.models import Job
from lims.documents.work_orders import work_order as document
from lims.errors import Incomplete, InvalidTransition, NotAllowed
from lims.models import NumberSeries, WorkOrder, WorkOrderStatus
from lims.models.work_orders import TRANSITIONS
from lims.services.kit import numbers
from lims.services.work_orders import work_orders
from lims.services.work_orders.work_orders import change_work_order, issue_work_order
from tests.factories import draft_order, issued_order


def test_it_is_numbered_dated_and_warmed(ana, bruno):
    order = issue_work_order(ana, draft_order(ana, bruno.veterinarian).pk)
    year = timezone.localdate().year
    assert (order.number, order.status) == (f"OT-{year}-001", "issued")
    assert order.issued_on == timezone.localdate()
    assert Job.objects.get(actor="warm_pdf").args == ["work-order", order.pk]


def test_a_second_click_changes_nothing(ana, bruno):
    order = issued_order(ana, bruno.veterinarian)
    with pytest.raises(InvalidTransition):
        issue_work_order(ana, order.pk)
    assert order.history.filter(action="issued").count() == 1
    assert issued_order(ana, bruno.veterinarian).number.endswith("-002")


def test_printed_lines_are_frozen(ana, bruno):
    order = issued_order(ana, bruno.veterinarian)
    before = document.snapshot(order.pk)
    protocol = order.lines.get().protocol
    type(protocol).objects.filter(pk=protocol.pk).update(animal="Renombrado")
    order.lines.update(description="otra cosa")
    assert document.snapshot(order.pk) == before
    assert b"Firulais" in document.assets(before)[before["lines"]["sha256"]]


def test_an_order_without_lines_is_refused(ana, bruno):
    order = draft_order(ana, bruno.veterinarian, lines=0)
    with pytest.raises(Incomplete):
        issue_work_order(ana, order.pk)
    order.refresh_from_db()
    assert (order.status, order.number) == ("draft", None)


def test_an_advance_beyond_the_total_is_refused(ana, bruno):
    order = draft_order(ana, bruno.veterinarian)
    change_work_order(ana, order.pk, order.lock_version, advance=Decimal("1000.01"))
    with pytest.raises(Incomplete):
        issue_work_order(ana, order.pk)


def test_a_vet_may_not(ana, bruno):
    with pytest.raises(NotAllowed):
        issue_work_order(bruno, draft_order(ana, bruno.veterinarian).pk)


def test_a_refused_issue_burns_no_number(ana, bruno):
    with pytest.raises(Incomplete):
        issue_work_order(ana, draft_order(ana, bruno.veterinarian, lines=0).pk)
    assert issued_order(ana, bruno.veterinarian).number.endswith("-001")


@pytest.mark.django_db(transaction=True)
def test_concurrent_takers_get_numbers_without_gap_or_repeat_though_some_roll_back():
    def take(position: int) -> int | None:
        try:
            with transaction.atomic():
                number = numbers.allocate("T-2026")[0]
                if position % 5 == 0:
                    raise RuntimeError
                return number
        except RuntimeError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        taken = sorted(number for number in pool.map(take, range(80)) if number)
    assert taken == list(range(1, 65))


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_issue_without_gap_or_repeat_though_some_are_refused(ana, bruno):
    drafts = [draft_order(ana, bruno.veterinarian, lines=number % 4 > 0) for number in range(32)]

    def issue(draft: WorkOrder) -> str | None:
        try:
            return issue_work_order(ana, draft.pk).number
        except Incomplete:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        given = sorted(number for number in pool.map(issue, drafts) if number)
    assert given == [f"OT-{timezone.localdate().year}-{number:03d}" for number in range(1, 25)]


@pytest.mark.parametrize(
    ("utc", "number", "day"),
    [
        (datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC), "OT-2026-001", date(2026, 12, 31)),
        (datetime(2027, 1, 1, 3, 0, tzinfo=UTC), "OT-2027-001", date(2027, 1, 1)),
    ],
)
def test_the_year_ends_at_the_laboratorys_midnight(ana, bruno, monkeypatch, utc, number, day):
    draft = draft_order(ana, bruno.veterinarian)
    monkeypatch.setattr(timezone, "now", lambda: utc)
    order = issue_work_order(ana, draft.pk)
    assert (order.number, order.issued_on) == (number, day)


def test_the_thousandth_of_a_year_has_four_digits(ana, bruno):
    year = timezone.localdate().year
    NumberSeries.objects.create(name=f"OT-{year}", last=998)
    given = [issued_order(ana, bruno.veterinarian).number for _ in range(2)]
    assert given == [f"OT-{year}-999", f"OT-{year}-1000"]


@pytest.mark.django_db
def test_a_range_is_taken_at_once():
    assert numbers.allocate("R", 3) == range(1, 4)
    assert numbers.allocate("R", 2) == range(4, 6)


@pytest.mark.parametrize(("before", "after"), [*product(WorkOrderStatus, WorkOrderStatus)])
def test_every_transition_is_allowed_or_refused_by_the_one_table(before, after):
    order = WorkOrder(status=before)
    if after in TRANSITIONS[before]:
        work_orders._move(order, after)
        assert order.status == after
        return
    with pytest.raises(InvalidTransition):
        work_orders._move(order, after)
    assert order.status == before
