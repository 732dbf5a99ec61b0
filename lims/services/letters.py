"""What the mails say that are about no report: samples received, a work order sent, an operation ended."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lims.models import Delivery, DeliveryKind, Protocol
from lims.services import actions, operation_ending, operations


@dataclass(frozen=True)
class Letter:
    """One message's own part: its subject, where its link leads, and what its template shows."""

    subject: str
    path: str
    values: dict[str, Any] = field(default_factory=dict)


def write(delivery: Delivery) -> Letter:
    """Return what a delivery that is about no report says, in the language that is active."""
    return {
        DeliveryKind.RECEPTION_DIGEST: _digest,
        DeliveryKind.WORK_ORDER_SENT: _work_order,
        DeliveryKind.OPERATION_ENDED: _operation,
    }[DeliveryKind(delivery.kind)](delivery)


def _digest(delivery: Delivery) -> Letter:
    # Whatever moved to another vet since is not this one's any more.
    own = Protocol.objects.filter(pk__in=delivery.protocol_ids, veterinarian__user=delivery.recipient_id)
    protocols = list(own.order_by("kind", "pk"))
    told = ngettext("%(count)s sample was received", "%(count)s samples were received", len(protocols))
    values = {"protocols": protocols, "count": len(protocols)}
    return Letter(told % {"count": len(protocols)}, reverse("protocols"), values)


def _work_order(delivery: Delivery) -> Letter:
    order = delivery.work_order
    assert order is not None
    subject = _("Work order %(number)s") % {"number": order.number}
    return Letter(subject, reverse("work_order", args=(order.pk,)), {"order": order})


def _operation(delivery: Delivery) -> Letter:
    operation = delivery.operation
    assert operation is not None
    label = actions.get(operation.action).label
    subject = _("%(label)s: the operation has ended") % {"label": label}
    values = {"label": label, "progress": operations.progress(operation), "operation": operation}
    values["name"] = getattr(delivery.recipient, "staff_member", "")
    return Letter(subject, operation_ending.path(operation), values)
