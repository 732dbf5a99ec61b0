"""What can be charged, whose it is, and that no sample is ever in two live orders."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from lims.errors import Incomplete
from lims.models import Protocol, WorkOrder
from lims.services.work_orders.lines import Line
from lims.services.work_orders.unbilled import chargeable, drafted_already, to_charge
from lims.services.work_orders.work_orders import cancel_work_order, change_work_order, create_work_order
from tests.factories import ProtocolFactory

HUNDRED = Decimal("100.00")


def line(protocol, **fields) -> Line:
    return Line(protocol.pk, "HP", **{"unit_price": HUNDRED} | fields)


def test_received_samples_of_no_live_order_can_be_charged(ana, bruno, carla):
    vet = bruno.veterinarian
    free = ProtocolFactory(veterinarian=vet, status="received")
    taken = ProtocolFactory(veterinarian=vet)
    order = create_work_order(ana, vet, [line(taken)])
    ProtocolFactory(veterinarian=vet, status="submitted", number=None)
    ProtocolFactory(veterinarian=carla.veterinarian)
    assert list(chargeable(vet)) == [free]
    assert set(chargeable(vet, order)) == {free, taken}
    cancel_work_order(ana, order.pk, "duplicada")
    assert set(chargeable(vet)) == {free, taken}


def test_vets_with_most_finished_samples_come_first(ana, bruno, carla):
    ProtocolFactory(veterinarian=bruno.veterinarian, status="received")
    ProtocolFactory(veterinarian=bruno.veterinarian, status="submitted", number=None)
    for status in ("ready", "reported", "processing"):
        ProtocolFactory(veterinarian=carla.veterinarian, status=status)
    assert [(vet, vet.free, vet.finished) for vet in to_charge()] == [
        (carla.veterinarian, 3, 2),
        (bruno.veterinarian, 1, 0),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_orders_at_once_one_takes_the_sample(ana, bruno):
    protocols = [ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(3)]

    def create(turn: int) -> str:
        lines = [line(protocol) for protocol in (protocols if turn % 2 else reversed(protocols))]
        try:
            return f"{create_work_order(ana, bruno.veterinarian, lines).pk}"
        except Incomplete:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = [*pool.map(create, range(6))]
    order = WorkOrder.objects.get()
    assert sorted(outcomes) == sorted([f"{order.pk}"] + ["refused"] * 5)
    assert set(Protocol.objects.values_list("work_order", flat=True)) == {order.pk}


def test_the_second_of_two_clicks_finds_the_first_ones_draft(ana, alma, bruno):
    first, second = (ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(2))
    order = create_work_order(ana, bruno.veterinarian, [line(first)])
    assert drafted_already(ana, {first.pk}) == order
    assert drafted_already(alma, {first.pk}) is None
    assert drafted_already(ana, {first.pk, second.pk}) is None


def test_the_same_lines_again_change_nothing(ana, bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    lines = [line(protocol), line(protocol, quantity=2, discount=Decimal("5.00"))]
    order = create_work_order(ana, bruno.veterinarian, lines)
    # The second of two clicks comes with the version that the first one has changed.
    changed = change_work_order(ana, order.pk, order.lock_version, lines=lines[:1])
    again = change_work_order(ana, order.pk, order.lock_version, lines=lines[:1])
    assert (again.lock_version, again.total) == (changed.lock_version, HUNDRED)
    assert order.history.filter(action="changed").count() == 1
