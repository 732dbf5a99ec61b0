"""issue-and-send-work-orders: each is numbered without gap, its PDF on its way, its vet told once."""

import pytest

from actors.models import Job
from lims.models import Delivery, WorkOrder
from lims.services.operations import operations, registry
from lims.services.work_orders.work_orders import cancel_work_order
from tests.factories import draft_order, issued_order
from tests.operating import poisoned_table, reasons, start, work

ISSUE = "issue-and-send-work-orders"
pytestmark = pytest.mark.django_db


@pytest.fixture
def drafts(ana, bruno) -> list[WorkOrder]:
    return [draft_order(ana, bruno.veterinarian) for _ in range(6)]


def numbers() -> list[int]:
    numbered = WorkOrder.objects.filter(number__isnull=False).order_by("number")
    return [int(number[-3:]) for number in numbered.values_list("number", flat=True)]


def test_each_is_issued_warmed_and_sent(ana, bruno, drafts):
    operation = work(start(ana, drafts, ISSUE))
    assert operation.state == "done"
    assert set(WorkOrder.objects.values_list("status", flat=True)) == {"sent"}
    assert numbers() == [1, 2, 3, 4, 5, 6]
    assert Job.objects.filter(actor="warm_pdf").count() == 6
    assert Delivery.objects.filter(kind="work_order_sent", recipient=bruno).count() == 6


def test_one_that_is_issued_already_is_only_sent(ana, bruno):
    order = issued_order(ana, bruno.veterinarian)
    work(start(ana, [order], ISSUE))
    assert order.history.filter(action="issued").count() == 1
    assert order.history.filter(action="sent").count() == 1


def test_what_cannot_be_issued_fails_alone_and_takes_no_number(ana, bruno, drafts):
    empty = draft_order(ana, bruno.veterinarian, lines=0)
    cancelled = cancel_work_order(ana, draft_order(ana, bruno.veterinarian).pk, "Duplicada")
    preview = registry.get(ISSUE).preview(ana, WorkOrder.objects.all())
    assert (preview.allowed, sum(each.count for each in preview.refused)) == (6, 2)
    operation = start(ana, [empty, *drafts, cancelled], ISSUE)
    with poisoned_table("lims_workorder", [drafts[2]]):
        work(operation)
    assert set(reasons(operation)) == {empty.pk, cancelled.pk, drafts[2].pk}
    assert numbers() == [1, 2, 3, 4, 5]
    assert Delivery.objects.filter(kind="work_order_sent").count() == 5


def test_retried_once_it_was_put_right_it_gets_the_next_number(ana, drafts):
    operation = start(ana, drafts, ISSUE)
    with poisoned_table("lims_workorder", [drafts[0]]):
        work(operation)
    work(operations.retry_failed(ana, operation.pk))
    assert numbers() == [1, 2, 3, 4, 5, 6]
