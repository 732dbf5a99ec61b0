"""The lines of a draft order: what they cost, and which protocols they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import Price, Protocol, WorkOrder, WorkOrderLine
from lims.models.work_orders import AMOUNT_MAX, PRICE_MAX, ZERO
from lims.services.work_orders import prices

LINES_MAX = 5_000
QUANTITY_MAX = 100_000
COMPARED = ("position", "protocol_id", "service", "description", "quantity", "unit_price", "discount")


@dataclass(frozen=True)
class Line:
    """A line as asked for; without a unit price the price of the protocol's day of reception holds."""

    protocol_id: int
    service: str
    description: str = ""
    quantity: int = 1
    unit_price: Decimal | None = None
    discount: Decimal = ZERO


def write_lines(order: WorkOrder, lines: Sequence[Line]) -> Decimal:
    """Replace the lines of a draft, take its protocols, and return the new total, which it also saves.

    Raises Incomplete; idempotent.
    """
    if len(lines) > LINES_MAX:
        raise Incomplete(_("An order has at most %(max)s lines.") % {"max": LINES_MAX})
    protocols = _take_protocols(order, {line.protocol_id for line in lines})
    order.lines.all().delete()
    WorkOrderLine.objects.bulk_create(_rows(order, lines, protocols), batch_size=1_000)
    order.total = order.lines.aggregate(total=Sum("subtotal", default=ZERO))["total"]
    if order.total > AMOUNT_MAX:
        raise Incomplete(_("The total is too large."), {"lines": _("Check the quantities and prices.")})
    order.save(update_fields=["total"])
    return order.total


def with_others(order: WorkOrder, lines: Sequence[Line], part: range) -> list[Line]:
    """Return all lines that an order has once these replace a part of them, whose places count from 0."""
    rows = order.lines.order_by("position").values_list(*COMPARED[1:])
    kept = [Line(*row) for row in rows]
    return [*kept[: part.start], *lines, *kept[part.stop :]]


def are_written(order: WorkOrder, lines: Sequence[Line]) -> bool:
    """Return whether an order has exactly these lines already; those that no order could have it has not."""
    protocols = Protocol.objects.in_bulk({line.protocol_id for line in lines})
    if any(line.protocol_id not in protocols for line in lines):
        return False
    try:
        rows = _rows(order, lines, protocols)
    except Incomplete:
        return False
    kept = order.lines.order_by("position").values_list(*COMPARED)
    return [tuple(getattr(row, name) for name in COMPARED) for row in rows] == list(kept)


def mistakes(quantity: int, unit_price: Decimal, discount: Decimal) -> dict[str, str]:
    """Return what is wrong with the amounts of a line, by field; nothing for a line that can be written."""
    if not 1 <= quantity <= QUANTITY_MAX:
        return {"quantity": _("A quantity is from 1 to %(max)s.") % {"max": QUANTITY_MAX}}
    if unit_price < ZERO:
        return {"unit_price": _("A price cannot be negative.")}
    if unit_price > PRICE_MAX:
        return {"unit_price": _("This price is too large.")}
    if not ZERO <= discount <= quantity * unit_price:
        return {"discount": _("A discount cannot exceed its line.")}
    if discount > PRICE_MAX:
        return {"discount": _("This discount is too large.")}
    if quantity * unit_price - discount > AMOUNT_MAX:
        return {"unit_price": _("Quantity times price is too large.")}
    return {}


def _take_protocols(order: WorkOrder, wanted: set[int]) -> dict[int, Protocol]:
    Protocol.objects.filter(work_order=order).exclude(pk__in=wanted).update(work_order=None)
    # In one order of locks, so that two orders cannot wait for each other.
    found = Protocol.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    protocols = {protocol.pk: protocol for protocol in found}
    for pk in wanted:
        _check_protocol(order, protocols.get(pk))
    Protocol.objects.filter(pk__in=wanted).update(work_order=order)
    return protocols


def _check_protocol(order: WorkOrder, protocol: Protocol | None) -> None:
    if protocol is None or protocol.veterinarian_id != order.veterinarian_id:
        raise Incomplete(
            _("A line names a protocol that is not this veterinarian's."),
            {"lines": _("Check the protocols.")},
        )
    if not protocol.number:
        raise Incomplete(
            _("%(code)s was not received yet.") % {"code": protocol.code},
            {"lines": _("Check the protocols.")},
        )
    if protocol.work_order_id not in (None, order.pk):
        raise Incomplete(
            _("%(code)s is in another order.") % {"code": protocol.code}, {"lines": _("Check the protocols.")}
        )


def _rows(order: WorkOrder, lines: Sequence[Line], protocols: dict[int, Protocol]) -> list[WorkOrderLine]:
    listed = prices.Lookup()
    rows = []
    for position, line in enumerate(lines, start=1):
        price = listed.on(line.service, prices.day_of(protocols[line.protocol_id]))
        unit_price = _unit_price(line, price)
        _check_line(position, line, unit_price)
        rows.append(
            WorkOrderLine(
                work_order=order,
                position=position,
                protocol_id=line.protocol_id,
                service=line.service,
                description=line.description or (price.description if price else line.service),
                quantity=line.quantity,
                unit_price=unit_price,
                discount=line.discount,
            )
        )
    return rows


def _check_line(position: int, line: Line, unit_price: Decimal) -> None:
    if wrong := [*mistakes(line.quantity, unit_price, line.discount).values()]:
        sentence = _("Line %(position)s: %(mistake)s") % {"position": position, "mistake": wrong[0]}
        raise Incomplete(sentence, {"lines": sentence})


def _unit_price(line: Line, price: Price | None) -> Decimal:
    if line.unit_price is not None:
        return line.unit_price
    if price is None:
        message = _("“%(service)s” has no price.") % {"service": line.service}
        raise Incomplete(message, {"lines": _("Give a price.")})
    return price.price
