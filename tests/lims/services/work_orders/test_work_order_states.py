"""Every verb in every state of a work order: what comes of it, or a refusal that changes nothing."""

from decimal import Decimal

import pytest

from actors.models import Job
from lims.errors import InvalidTransition, StaleEdit
from lims.models import (
    Delivery,
    Notification,
    NumberSeries,
    Protocol,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderLine,
    WorkOrderStatus,
)
from lims.services.work_orders.work_orders import (
    Line,
    cancel_work_order,
    change_work_order,
    invoice_work_order,
    issue_and_send_work_order,
    issue_work_order,
    send_work_order,
)
from tests.factories import draft_order, issued_order

NO = None
VERBS = ("issue", "send", "invoice", "cancel", "change billing", "change lines", "issue and send")
# The state that each verb leads to from each state; NO is a refusal.
TABLE = {
    "draft": ("issued", NO, NO, "cancelled", "draft", "draft", "sent"),
    "issued": (NO, "sent", NO, "cancelled", "issued", NO, "sent"),
    "sent": (NO, NO, "invoiced", "cancelled", "sent", NO, NO),
    "invoiced": (NO, NO, NO, "cancelled", NO, NO, NO),
    "cancelled": (NO, NO, NO, NO, NO, NO, NO),
}
CELLS = [(state, verb, after) for state, row in TABLE.items() for verb, after in zip(VERBS, row, strict=True)]
MADE = {"change billing": "changed", "change lines": "changed"}


def order_in(state: str, by, vet) -> WorkOrder:
    """Return an order that the services brought to a state."""
    order = draft_order(by, vet) if state == "draft" else issued_order(by, vet)
    if state in ("sent", "invoiced"):
        order = send_work_order(by, order.pk)
    if state == "invoiced":
        order = invoice_work_order(by, order.pk)
    return cancel_work_order(by, order.pk, "Duplicada") if state == "cancelled" else order


def do(verb: str, by, order: WorkOrder) -> WorkOrder:
    line = Line(order.lines.get().protocol_id, "HP", unit_price=Decimal("5.00"))
    verbs = {
        "issue": lambda: issue_work_order(by, order.pk),
        "send": lambda: send_work_order(by, order.pk),
        "invoice": lambda: invoice_work_order(by, order.pk),
        "cancel": lambda: cancel_work_order(by, order.pk, "Otra razón"),
        "change billing": lambda: change_work_order(
            by, order.pk, order.lock_version, observations="Otra cosa"
        ),
        "change lines": lambda: change_work_order(by, order.pk, order.lock_version, lines=[line]),
        "issue and send": lambda: issue_and_send_work_order(by, order.pk),
    }
    return verbs[verb]()


def everything() -> list:
    """Return all rows that a verb might write."""
    orders = (WorkOrder, WorkOrderHistory, WorkOrderLine, Protocol)
    others = (Delivery, Notification, NumberSeries, Job)
    return [list(table.objects.values().order_by("pk")) for table in (*orders, *others)]


def test_the_table_has_every_state():
    assert list(TABLE) == WorkOrderStatus.values


@pytest.mark.parametrize(("state", "verb", "after"), CELLS)
def test_a_verb_leads_where_the_table_says_or_changes_nothing(ana, bruno, state, verb, after):
    order = order_in(state, ana, bruno.veterinarian)
    assert order.status == state
    before, entries = everything(), order.history.count()
    if after is NO:
        with pytest.raises(InvalidTransition):
            do(verb, ana, order)
        assert everything() == before
        return
    assert do(verb, ana, order).status == after
    order.refresh_from_db()
    assert order.status == after
    made = order.history.count() - entries
    assert made == (2 if (state, verb) == ("draft", "issue and send") else 1)
    assert order.history.first().action == MADE.get(verb, after)


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("draft", issue_work_order),
        ("issued", send_work_order),
        ("sent", invoice_work_order),
        ("sent", lambda by, pk, version: cancel_work_order(by, pk, "Duplicada", version)),
    ],
)
def test_of_a_version_that_was_not_read_nothing_is_done(ana, alma, bruno, state, verb):
    order = order_in(state, ana, bruno.veterinarian)
    change_work_order(alma, order.pk, order.lock_version, observations="Otra cosa")
    before = everything()
    with pytest.raises(StaleEdit):
        verb(ana, order.pk, order.lock_version)
    assert everything() == before
    assert verb(ana, order.pk, order.lock_version + 1).status != state
