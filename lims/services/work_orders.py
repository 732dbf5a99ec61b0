"""Create, change, issue and cancel work orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.work_orders import KIND, frozen_lines
from lims.errors import Incomplete, InvalidTransition, NotAllowed, StaleEdit
from lims.models import (
    Protocol,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderLine,
    WorkOrderStatus,
)
from lims.models.work_orders import BILLING_FIELDS, TRANSITIONS, ZERO
from lims.services import assets, documents, numbers, prices

LINES_MAX = 5_000


@dataclass(frozen=True)
class Line:
    """A line as asked for; without a unit price the price of the protocol's day of reception holds."""

    protocol_id: int
    service: str
    description: str = ""
    quantity: int = 1
    unit_price: Decimal | None = None
    discount: Decimal = ZERO


@transaction.atomic
def create_work_order(by: User, veterinarian: Veterinarian, lines: Sequence[Line], **billing) -> WorkOrder:
    """Write a draft order that charges these lines and return it; not idempotent.

    Billing data that is not given comes from the veterinarian. Raises NotAllowed, and Incomplete for a
    protocol of another vet, not yet received or already in a live order.
    """
    _require_laboratory(by)
    order = WorkOrder(
        veterinarian=veterinarian,
        billing_name=billing.pop("billing_name", "") or veterinarian.name,
        billing_tax_id=billing.pop("billing_tax_id", veterinarian.tax_id),
        billing_vat_condition=billing.pop("billing_vat_condition", veterinarian.vat_condition),
        **_only_billing(billing),
    )
    order.save()
    _write_lines(order, lines)
    _record(order, WorkOrderHistory.Action.CREATED, by)
    return order


@transaction.atomic
def change_work_order(
    by: User, pk: int, version: int, *, lines: Sequence[Line] | None = None, **billing
) -> WorkOrder:
    """Change billing data, and in a draft the lines too; return the order. The same values again change nothing.

    `version` is the one that the editor read. Raises NotAllowed, StaleEdit if somebody saved since,
    InvalidTransition if the state forbids it, and Incomplete with the fields that are wrong.
    """
    _require_laboratory(by)
    order = _locked(pk)
    if order.version != version:
        raise StaleEdit(
            _("Somebody else changed this order meanwhile. Reload it to see the change, then edit again.")
        )
    if not order.is_editable or (lines is not None and order.status != WorkOrderStatus.DRAFT):
        raise InvalidTransition(_("An order in this state can no longer be changed like this."))
    changes = _apply(order, _only_billing(billing))
    if lines is not None:
        changes["total"] = [str(order.total), str(_write_lines(order, lines))]
    if not changes:
        return order
    _check_amounts(order)
    _save(order, WorkOrderHistory.Action.CHANGED, by, changes)
    _follow(order, by)
    return order


@transaction.atomic
def issue_work_order(by: User, pk: int) -> WorkOrder:
    """Number a draft, freeze its printed lines and warm its PDF; return the order.

    Raises NotAllowed, InvalidTransition if it is not a draft (so a second click changes nothing), and
    Incomplete if it has no lines or its advance exceeds its total.
    """
    _require_laboratory(by)
    order = _locked(pk)
    _move(order, WorkOrderStatus.ISSUED)
    if not order.lines.exists():
        raise Incomplete(
            _("An order without lines cannot be issued."), {"lines": _("Add at least one line.")}
        )
    _check_amounts(order)
    order.issued_on = timezone.localdate()
    order.number = numbers.work_order_number(order.issued_on.year)
    order.printed_lines_id = assets.keep(frozen_lines(order), "application/json")
    _save(order, WorkOrderHistory.Action.ISSUED, by, {"number": ["", order.number]})
    _follow(order, by)
    return order


@transaction.atomic
def cancel_work_order(by: User, pk: int, reason: str) -> WorkOrder:
    """Cancel an order and free its protocols for another one; return the order.

    Raises NotAllowed, InvalidTransition if it is cancelled already, and Incomplete without a reason.
    """
    _require_laboratory(by)
    if not reason.strip():
        raise Incomplete(_("A cancellation needs a reason."), {"reason": _("Say why.")})
    order = _locked(pk)
    before = order.status
    _move(order, WorkOrderStatus.CANCELLED)
    order.cancellation_reason = reason.strip()
    Protocol.objects.filter(work_order=order).update(work_order=None)
    _save(
        order,
        WorkOrderHistory.Action.CANCELLED,
        by,
        {"status": [before, order.status], "reason": ["", reason]},
    )
    _follow(order, by)
    return order


def _require_laboratory(by: User) -> None:
    if not by.is_laboratory:
        raise NotAllowed(_("Only the laboratory's staff may do this."))


def _locked(pk: int) -> WorkOrder:
    return WorkOrder.objects.select_for_update().get(pk=pk)


def _move(order: WorkOrder, status: WorkOrderStatus) -> None:
    if status not in TRANSITIONS[WorkOrderStatus(order.status)]:
        message = _("An order that is “%(state)s” cannot become “%(wanted)s”.")
        raise InvalidTransition(message % {"state": order.get_status_display(), "wanted": status.label})
    order.status = status


def _only_billing(values: dict) -> dict:
    unknown = set(values) - set(BILLING_FIELDS)
    if unknown:
        raise TypeError(f"not billing data: {', '.join(sorted(unknown))}")
    return values


def _apply(order: WorkOrder, values: dict) -> dict[str, list[str]]:
    changes = {}
    for name, value in values.items():
        old = getattr(order, name)
        if old != value:
            changes[name] = [str(old), str(value)]
            setattr(order, name, value)
    return changes


def _check_amounts(order: WorkOrder) -> None:
    if not order.billing_name.strip():
        raise Incomplete(_("The billing name is missing."), {"billing_name": _("Say whom the order is for.")})
    if not ZERO <= order.advance:
        raise Incomplete(_("The advance is wrong."), {"advance": _("An advance cannot be negative.")})
    if order.advance > order.total and order.status != WorkOrderStatus.DRAFT:
        raise Incomplete(_("The advance is wrong."), {"advance": _("An advance cannot exceed the total.")})


def _write_lines(order: WorkOrder, lines: Sequence[Line]) -> Decimal:
    """Replace the lines of a draft, take its protocols, and return the new total, which it also saves."""
    if len(lines) > LINES_MAX:
        raise Incomplete(_("An order has at most %(max)s lines.") % {"max": LINES_MAX})
    protocols = _take_protocols(order, {line.protocol_id for line in lines})
    order.lines.all().delete()
    WorkOrderLine.objects.bulk_create(_rows(order, lines, protocols), batch_size=1_000)
    order.total = order.lines.aggregate(total=Sum("subtotal", default=ZERO))["total"]
    order.save(update_fields=["total"])
    return order.total


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
        unit_price = line.unit_price if line.unit_price is not None else price and price.price
        if unit_price is None:
            raise Incomplete(
                _("“%(service)s” has no price.") % {"service": line.service}, {"lines": _("Give a price.")}
            )
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


def _save(order: WorkOrder, action: WorkOrderHistory.Action, by: User, changes: dict) -> None:
    order.version += 1
    order.save()
    _record(order, action, by, changes)


def _record(order: WorkOrder, action: WorkOrderHistory.Action, by: User, changes: dict | None = None) -> None:
    WorkOrderHistory.objects.create(work_order=order, action=action, by=by, changes=changes or {})


def _follow(order: WorkOrder, by: User) -> None:
    # The first open after a change is a hit too; drafts are opened by nobody but their writer.
    if order.number:
        documents.follow_change(KIND, order.pk, order.version, by)
