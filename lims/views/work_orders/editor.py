"""What the page on which an order is written has in work: forms, lines or a part of them, samples."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.http import QueryDict

from lims.forms.kit.parsing import typed_pk
from lims.forms.work_orders.lines import EDITABLE_LINES_MAX, LineFormSet, line_forms
from lims.forms.work_orders.parts import pages_beside, part_on, part_sent
from lims.forms.work_orders.unsaved_lines import UnsavedLine, carries_lines, unsaved_lines
from lims.forms.work_orders.work_orders import BillingForm
from lims.models import Protocol, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.services.work_orders.unbilled import chargeable
from lims.views.work_orders.history import Entry


@dataclass
class WorkOrderEditor:
    """What the page has in work: an order, new or not, with its two forms.

    `part` are the places of the lines that the form holds of a draft which has more, None if it holds all;
    `unsaved` are lines that were sent though the order has no form for them any more, None if none were;
    `twin` is the draft that the same user has just made of the same samples.
    """

    order: WorkOrder
    billing: BillingForm
    lines: LineFormSet | None
    part: range | None = None
    unsaved: list[UnsavedLine] | None = None
    twin: WorkOrder | None = None
    meanwhile: Sequence[Entry] = field(default_factory=list)

    def is_valid(self) -> bool:
        lines_are = self.lines is None or self.lines.is_valid()
        return self.billing.is_valid() and lines_are


def desk_of_page(order: WorkOrder, page: int) -> WorkOrderEditor:
    """Return the desk of an order as it is written, with the lines of a page, all if they fit on one."""
    billing = BillingForm(instance=order)
    if order.status != WorkOrderStatus.DRAFT:
        return WorkOrderEditor(order, billing, None)
    part = part_on(page)
    written = _lines(order, part.start)
    if page > 1 and not written:
        return desk_of_page(order, 1)
    shown = written[:EDITABLE_LINES_MAX]
    is_whole = page == 1 and written == shown
    held = None if is_whole else range(part.start, part.start + len(shown))
    return WorkOrderEditor(order, billing, line_forms(None, _protocols(order, held), shown), held)


def desk_of_typed(order: WorkOrder, data: QueryDict, *, is_stale: bool = False) -> WorkOrderEditor:
    """Return the desk of what was typed. The places of a part mean nothing once an order was changed."""
    billing = BillingForm(data, instance=order)
    part = part_sent(data)
    is_draft = order.status == WorkOrderStatus.DRAFT
    written = _lines(order, part.start if part else 0) if is_draft else []
    fits = not is_stale if part else len(written) <= EDITABLE_LINES_MAX
    if is_draft and fits:
        lines = line_forms(data, _protocols(order, part, data), written[:EDITABLE_LINES_MAX])
        return WorkOrderEditor(order, billing, lines, part)
    return WorkOrderEditor(order, billing, None, unsaved=unsaved_lines(data) if carries_lines(data) else None)


def _lines(order: WorkOrder, first: int) -> list[WorkOrderLine]:
    """Return the lines from a place on that a form holds, and one more if there is one."""
    places = slice(first, first + EDITABLE_LINES_MAX + 1)
    return list(order.lines.select_related("protocol")[places]) if order.pk else []


def _free(order: WorkOrder, part: range | None) -> QuerySet[Protocol]:
    # An order's own are in its other parts already.
    return chargeable(order.veterinarian, order if order.pk and part is None else None)


def _protocols(order: WorkOrder, part: range | None, data: QueryDict | None = None) -> Iterable[Protocol]:
    """Return the samples of which the page tells: what can be charged, and what was typed of the vet's."""
    free = _free(order, part)
    if data is None:
        return free[:EDITABLE_LINES_MAX]
    typed = [
        typed_pk(value) for name, values in data.lists() if name.endswith("-protocol") for value in values
    ]
    own = Protocol.objects.filter(veterinarian=order.veterinarian, number__isnull=False)
    return own.filter(Q(pk__in=typed) | Q(pk__in=free[:EDITABLE_LINES_MAX].values("pk")))


def context_of(desk: WorkOrderEditor) -> dict[str, Any]:
    """Return what the page tells of a desk."""
    order = desk.order
    context: dict[str, Any] = {
        "order": order,
        "billing": desk.billing,
        "meanwhile": desk.meanwhile,
        "unsaved": desk.unsaved,
        "twin": desk.twin,
        "lines": desk.lines,
    }
    if desk.lines is not None:
        context["rows"] = desk.lines.rows()
        context["samples"] = list(desk.lines.protocols.values())
        context["periods"] = json.dumps(desk.lines.listed.periods())
        context["free"] = _free(order, desk.part).count()
    if desk.part is not None:
        context |= _beside(order, desk.part)
    return context


def _beside(order: WorkOrder, part: range) -> dict[str, Any]:
    """Return what a page of a long draft tells of the others."""
    count = order.lines.count()
    held = order.lines.order_by("position")[part.start : part.stop].aggregate(sum=Sum("subtotal", default=0))
    places = {"first": part.start + 1, "last": part.stop, "count": count}
    return {
        "part": part,
        "places": places,
        "pages": pages_beside(part, count),
        "elsewhere": order.total - held["sum"],
    }
