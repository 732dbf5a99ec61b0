"""create_work_order: a draft of one vet's received protocols, each in one live order at most."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lims.errors import Incomplete, NotAllowed
from lims.models import WorkOrder
from lims.services.work_orders.work_orders import Line, cancel_work_order, create_work_order
from tests.factories import PriceFactory, ProtocolFactory

THOUSAND = Decimal("1000.00")


def line(protocol, **fields) -> Line:
    return Line(protocol.pk, "HP", **{"unit_price": THOUSAND} | fields)


def test_the_total_is_the_sum_of_the_subtotals(ana, bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    lines = [line(protocol), line(protocol, quantity=3, discount=Decimal("0.01"))]
    order = create_work_order(ana, bruno.veterinarian, lines)
    order.refresh_from_db()
    assert [str(row.subtotal) for row in order.lines.all()] == ["1000.00", "2999.99"]
    assert (str(order.total), str(order.balance), order.payment_status) == ("3999.99", "3999.99", "unpaid")


def test_a_draft_has_no_number_and_its_history_begins(ana, bruno):
    order = create_work_order(
        ana, bruno.veterinarian, [line(ProtocolFactory(veterinarian=bruno.veterinarian))]
    )
    assert (order.number, order.status, order.billing_name) == (None, "draft", bruno.veterinarian.name)
    assert [(entry.action, entry.by) for entry in order.history.all()] == [("created", ana)]


def test_the_price_is_that_of_the_day_of_reception(ana, bruno):
    PriceFactory(
        service="HP", price=Decimal("700"), valid_from=date(2020, 1, 1), valid_until=date(2025, 12, 31)
    )
    PriceFactory(service="HP", price=Decimal("900"), valid_from=date(2026, 1, 1))
    received_at = timezone.make_aware(timezone.datetime(2025, 12, 31, 23, 30))
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian, received_at=received_at)
    order = create_work_order(ana, bruno.veterinarian, [line(protocol, unit_price=None)])
    assert order.total == Decimal("700.00")
    assert order.lines.get().description == "Biopsia, una pieza"


def test_a_service_without_a_price_is_refused(ana, bruno):
    protocol = ProtocolFactory(
        veterinarian=bruno.veterinarian, received_at=timezone.now() - timedelta(days=9000)
    )
    PriceFactory(service="HP")
    with pytest.raises(Incomplete, match="HP"):
        create_work_order(ana, bruno.veterinarian, [line(protocol, unit_price=None)])


def test_a_vet_may_not(bruno):
    with pytest.raises(NotAllowed):
        create_work_order(bruno, bruno.veterinarian, [])


def test_anothers_protocol_is_refused(ana, bruno, carla):
    theirs = ProtocolFactory(veterinarian=carla.veterinarian)
    with pytest.raises(Incomplete):
        create_work_order(ana, bruno.veterinarian, [line(theirs)])
    assert not WorkOrder.objects.exists()


def test_a_protocol_that_was_not_received_is_refused(ana, bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian, status="submitted", number=None)
    with pytest.raises(Incomplete, match=r"Borrador|Draft"):
        create_work_order(ana, bruno.veterinarian, [line(protocol)])


def test_a_protocol_is_in_one_live_order_and_free_after_its_cancellation(ana, bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    first = create_work_order(ana, bruno.veterinarian, [line(protocol)])
    with pytest.raises(Incomplete, match=protocol.number):
        create_work_order(ana, bruno.veterinarian, [line(protocol)])
    cancel_work_order(ana, first.pk, "duplicada")
    second = create_work_order(ana, bruno.veterinarian, [line(protocol)])
    protocol.refresh_from_db()
    assert protocol.work_order_id == second.pk
    assert first.lines.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": 0},
        {"discount": Decimal("1000.01")},
        {"discount": Decimal("-1")},
        {"unit_price": Decimal("-1")},
    ],
)
def test_amounts_out_of_range_are_refused(ana, bruno, fields):
    with pytest.raises(Incomplete):
        create_work_order(
            ana, bruno.veterinarian, [line(ProtocolFactory(veterinarian=bruno.veterinarian), **fields)]
        )


def test_statements_do_not_grow_with_the_lines(ana, bruno, django_assert_num_queries):
    for count in (1, 300):
        protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
        with django_assert_num_queries(12):
            create_work_order(ana, bruno.veterinarian, [line(protocol)] * count)
