"""Create, change, issue, send, invoice and cancel work orders.

A verb that is told the `lock_version` which its user read raises StaleEdit where the order was changed since.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.work_orders.work_order import KIND, frozen_lines
from lims.errors import Incomplete, InvalidTransition
from lims.models import (
    Protocol,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderStatus,
)
from lims.models.work_orders import AMOUNT_MAX, BILLING_FIELDS, TRANSITIONS, ZERO
from lims.services.kit import assets, numbers, tax_ids
from lims.services.kit.permissions import require_laboratory
from lims.services.kit.versions import require_version
from lims.services.pdfs import opening
from lims.services.work_orders.announcing import announce
from lims.services.work_orders.lines import Line, are_written, with_others, write_lines


@transaction.atomic
def create_work_order(
    by: User, veterinarian: Veterinarian, lines: Sequence[Line], **billing: Any
) -> WorkOrder:
    """Write a draft order that charges these lines and return it; not idempotent.

    Billing data that is not given comes from the veterinarian. Raises NotAllowed, and Incomplete for a
    protocol of another vet, not yet received or already in a live order.
    """
    require_laboratory(by)
    order = WorkOrder(
        veterinarian=veterinarian,
        billing_name=billing.pop("billing_name", "") or veterinarian.name,
        billing_tax_id=tax_ids.spelled(billing.pop("billing_tax_id", veterinarian.tax_id)),
        billing_vat_condition=billing.pop("billing_vat_condition", veterinarian.vat_condition),
        **_only_billing(billing),
    )
    if order.billing_tax_id != veterinarian.tax_id:
        _check_tax_id(order)
    _check_amounts(order)
    order.save()
    write_lines(order, lines)
    _record(order, WorkOrderHistory.Action.CREATED, by)
    return order


@transaction.atomic
def change_work_order(
    by: User,
    pk: int,
    lock_version: int,
    *,
    lines: Sequence[Line] | None = None,
    part: range | None = None,
    **billing: Any,
) -> WorkOrder:
    """Change billing data, and in a draft the lines too; return the order. The same values change nothing.

    `lines` are all of them, or those that take the place of a `part`. `lock_version` is the one that the
    editor read. Raises NotAllowed, StaleEdit if somebody saved since, InvalidTransition if the state forbids
    it, and Incomplete with the fields that are wrong.
    """
    require_laboratory(by)
    order = _locked(pk)
    changes = _apply(order, _only_billing(billing))
    if lines is not None and part is not None:
        lines = with_others(order, lines, part)
    # A save that is repeated, as by a second click, finds its own content, and is no conflict.
    if not changes and (lines is None or are_written(order, lines)):
        return order
    message = _("Somebody else changed this order meanwhile; yours was not saved. Look, then save again.")
    require_version(order, lock_version, message)
    if not order.is_editable or (lines is not None and order.status != WorkOrderStatus.DRAFT):
        raise InvalidTransition(_("An order in this state can no longer be changed like this."))
    if lines is not None:
        changes["total"] = [str(order.total), str(write_lines(order, lines))]
    if "billing_tax_id" in changes:
        _check_tax_id(order)
    _check_amounts(order)
    _save(order, WorkOrderHistory.Action.CHANGED, by, changes)
    _follow(order, by)
    return order


def is_written(order: WorkOrder, lines: Sequence[Line], **billing: Any) -> bool:
    """Return whether an order has exactly this billing data and these lines already."""
    values = _spelled(_only_billing(billing))
    return all(getattr(order, name) == value for name, value in values.items()) and are_written(order, lines)


@transaction.atomic
def issue_work_order(by: User, pk: int, lock_version: int | None = None) -> WorkOrder:
    """Number a draft, freeze its printed lines and warm its PDF; return the order.

    Raises NotAllowed, InvalidTransition if it is not a draft (so a second click changes nothing), StaleEdit,
    and Incomplete if it has no lines or its advance exceeds its total.
    """
    require_laboratory(by)
    order = _locked(pk)
    _move(order, WorkOrderStatus.ISSUED, lock_version)
    if not order.lines.exists():
        raise Incomplete(
            _("An order without lines cannot be issued."), {"lines": _("Add at least one line.")}
        )
    _check_amounts(order)
    order.issued_on = timezone.localdate()
    order.number = numbers.work_order_number(order.issued_on.year)
    order.printed_lines_id = assets.keep(frozen_lines(order.pk), "application/json")
    _save(order, WorkOrderHistory.Action.ISSUED, by, {"number": ["", order.number]})
    _follow(order, by)
    return order


@transaction.atomic
def send_work_order(by: User, pk: int, lock_version: int | None = None) -> WorkOrder:
    """Tell an issued order's vet by mail and in the portal that it can be read; return the order.

    Raises NotAllowed, InvalidTransition if it is not issued, or was sent already, and StaleEdit.
    """
    order = _step(by, pk, lock_version, WorkOrderStatus.SENT, WorkOrderHistory.Action.SENT)
    announce(order, by)
    return order


@transaction.atomic
def invoice_work_order(by: User, pk: int, lock_version: int | None = None) -> WorkOrder:
    """Note that a sent order was invoiced; return the order.

    Raises NotAllowed, InvalidTransition if it was not sent, or was invoiced already, and StaleEdit.
    """
    return _step(by, pk, lock_version, WorkOrderStatus.INVOICED, WorkOrderHistory.Action.INVOICED)


@transaction.atomic
def issue_and_send_work_order(by: User, pk: int) -> WorkOrder:
    """Issue a draft and send it, or send what is issued already; return the order. Raises as these do."""
    require_laboratory(by)
    if _locked(pk).status == WorkOrderStatus.DRAFT:
        issue_work_order(by, pk)
    return send_work_order(by, pk)


@transaction.atomic
def cancel_work_order(by: User, pk: int, reason: str, lock_version: int | None = None) -> WorkOrder:
    """Cancel an order and free its protocols for another one; return the order.

    Raises NotAllowed, InvalidTransition if it is cancelled already, StaleEdit, and Incomplete without a
    reason.
    """
    require_laboratory(by)
    if not reason.strip():
        raise Incomplete(_("A cancellation needs a reason."), {"reason": _("Say why.")})
    order = _locked(pk)
    before = order.status
    _move(order, WorkOrderStatus.CANCELLED, lock_version)
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


def _locked(pk: int) -> WorkOrder:
    return WorkOrder.objects.select_for_update().get(pk=pk)


def why_not(before: str, wanted: WorkOrderStatus) -> str:
    """Return why an order in this state may not get that one, or nothing."""
    state = WorkOrderStatus(before)
    if wanted in TRANSITIONS[state]:
        return ""
    message = _("An order that is “%(state)s” cannot become “%(wanted)s”.")
    return message % {"state": state.label, "wanted": wanted.label}


def _step(
    by: User, pk: int, lock_version: int | None, status: WorkOrderStatus, action: WorkOrderHistory.Action
) -> WorkOrder:
    """Give an order its next state, which its paper does not show."""
    require_laboratory(by)
    order = _locked(pk)
    before = order.status
    _move(order, status, lock_version)
    _save(order, action, by, {"status": [before, order.status]})
    return order


def _move(order: WorkOrder, status: WorkOrderStatus, lock_version: int | None = None) -> None:
    # The state first: the second of two clicks has the old version too, and is better told of the state.
    if refused := why_not(order.status, status):
        raise InvalidTransition(refused)
    message = _("This order was changed since you opened it; nothing was done. Look at it again, then go on.")
    require_version(order, lock_version, message)
    order.status = status


def _only_billing(values: dict) -> dict:
    unknown = set(values) - set(BILLING_FIELDS)
    if unknown:
        raise TypeError(f"not billing data: {', '.join(sorted(unknown))}")
    return values


def _spelled(values: dict) -> dict:
    if "billing_tax_id" not in values:
        return values
    return values | {"billing_tax_id": tax_ids.spelled(values["billing_tax_id"])}


def _apply(order: WorkOrder, values: dict) -> dict[str, list[str]]:
    changes = {}
    for name, value in _spelled(values).items():
        old = getattr(order, name)
        if old != value:
            changes[name] = [str(old), str(value)]
            setattr(order, name, value)
    return changes


def _check_tax_id(order: WorkOrder) -> None:
    if wrong := tax_ids.wrong_of_client(order.billing_tax_id):
        raise Incomplete(_("The tax id is wrong."), {"billing_tax_id": wrong})


def _check_amounts(order: WorkOrder) -> None:
    if not order.billing_name.strip():
        raise Incomplete(_("The billing name is missing."), {"billing_name": _("Say whom the order is for.")})
    if order.advance < ZERO:
        raise Incomplete(_("The advance is wrong."), {"advance": _("An advance cannot be negative.")})
    if order.advance > AMOUNT_MAX:
        raise Incomplete(_("The advance is wrong."), {"advance": _("This advance is too large.")})
    if order.advance > order.total and order.status != WorkOrderStatus.DRAFT:
        raise Incomplete(_("The advance is wrong."), {"advance": _("An advance cannot exceed the total.")})


def _save(order: WorkOrder, action: WorkOrderHistory.Action, by: User, changes: dict) -> None:
    order.lock_version += 1
    order.save()
    _record(order, action, by, changes)


def _record(order: WorkOrder, action: WorkOrderHistory.Action, by: User, changes: dict | None = None) -> None:
    WorkOrderHistory.objects.create(work_order=order, action=action, by=by, changes=changes or {})


def _follow(order: WorkOrder, by: User) -> None:
    # The first open after a change is a hit too; drafts are opened by nobody but their writer.
    if order.number:
        opening.follow_change(KIND, order.pk, order.lock_version, by)
