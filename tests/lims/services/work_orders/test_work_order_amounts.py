"""What an order can hold: each amount up to its column's end, beyond it a refusal that names the field."""

from decimal import Decimal

import pytest
from django.utils import timezone

from lims.errors import Incomplete
from lims.models import WorkOrder
from lims.models.work_orders import AMOUNT_MAX, PRICE_MAX
from lims.services.work_orders.lines import QUANTITY_MAX, mistakes
from lims.services.work_orders.price_list import Terms, begin_price
from lims.services.work_orders.work_orders import Line, change_work_order, create_work_order
from tests.factories import PriceFactory, ProtocolFactory, draft_order

CENT = Decimal("0.01")
ONE = Decimal("1.00")


def line(protocol, **fields) -> Line:
    return Line(protocol.pk, "HP", **{"unit_price": ONE} | fields)


@pytest.fixture
def protocol(bruno):
    return ProtocolFactory(veterinarian=bruno.veterinarian)


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"unit_price": PRICE_MAX}, PRICE_MAX),
        ({"unit_price": PRICE_MAX, "quantity": 100}, 100 * PRICE_MAX),
        ({"unit_price": PRICE_MAX, "quantity": 101, "discount": PRICE_MAX}, 100 * PRICE_MAX),
        ({"quantity": QUANTITY_MAX}, Decimal(QUANTITY_MAX)),
    ],
)
def test_amounts_are_kept_up_to_the_end_of_their_columns(ana, bruno, protocol, fields, total):
    order = create_work_order(ana, bruno.veterinarian, [line(protocol, **fields)])
    order.refresh_from_db()
    assert order.total == order.lines.get().subtotal == total


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"unit_price": PRICE_MAX + CENT}, "unit_price"),
        ({"unit_price": PRICE_MAX, "quantity": 101}, "unit_price"),
        ({"unit_price": PRICE_MAX, "quantity": 2, "discount": PRICE_MAX + CENT}, "discount"),
        ({"quantity": QUANTITY_MAX + 1}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"unit_price": -CENT}, "unit_price"),
        ({"discount": -CENT}, "discount"),
        ({"discount": ONE + CENT}, "discount"),
    ],
)
def test_a_line_beyond_them_is_refused_by_its_number_and_field(ana, bruno, protocol, fields, field):
    wrong = line(protocol, **fields)
    assert list(mistakes(wrong.quantity, wrong.unit_price, wrong.discount)) == [field]
    with pytest.raises(Incomplete, match=r"\b2\b") as refusal:
        create_work_order(ana, bruno.veterinarian, [line(protocol), wrong])
    assert set(refusal.value.fields) == {"lines"}
    assert not WorkOrder.objects.exists()


def test_a_listed_price_is_held_to_the_same(ana, bruno, protocol):
    PriceFactory(service="HP", price=PRICE_MAX)
    with pytest.raises(Incomplete):
        create_work_order(ana, bruno.veterinarian, [line(protocol, unit_price=None, quantity=101)])


def test_a_total_beyond_them_is_refused(ana, bruno, protocol):
    hundred = line(protocol, unit_price=PRICE_MAX, quantity=100)
    with pytest.raises(Incomplete) as refusal:
        create_work_order(ana, bruno.veterinarian, [hundred, line(protocol)])
    assert set(refusal.value.fields) == {"lines"}
    # The last cent that fits.
    create_work_order(
        ana, bruno.veterinarian, [hundred, line(protocol, unit_price=AMOUNT_MAX - 100 * PRICE_MAX)]
    )
    assert WorkOrder.objects.get().total == AMOUNT_MAX


def test_a_total_beyond_them_leaves_a_draft_as_it_was(ana, bruno):
    order = draft_order(ana, bruno.veterinarian)
    before = list(order.lines.values())
    hundred = Line(order.lines.get().protocol_id, "HP", unit_price=PRICE_MAX, quantity=100)
    with pytest.raises(Incomplete):
        change_work_order(ana, order.pk, order.lock_version, lines=[hundred, hundred])
    assert list(order.lines.values()) == before


def test_an_advance_beyond_them_is_refused_beside_its_field(ana, bruno):
    order = draft_order(ana, bruno.veterinarian)
    with pytest.raises(Incomplete) as refusal:
        change_work_order(ana, order.pk, order.lock_version, advance=AMOUNT_MAX + CENT)
    assert set(refusal.value.fields) == {"advance"}


def test_a_price_of_the_list_beyond_them_is_refused_beside_its_field(alma):
    with pytest.raises(Incomplete) as refusal:
        begin_price(alma, Terms("HP", "Biopsia", PRICE_MAX + CENT, timezone.localdate()))
    assert set(refusal.value.fields) == {"price"}
