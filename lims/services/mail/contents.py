"""What the mails say that are about no report: protocols, a work order, an operation's end, an account."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lims.models import Delivery, DeliveryKind, Protocol, ProtocolStatus
from lims.services.operations import operations, registry, rounds
from lims.services.people import account_mail


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
        DeliveryKind.PROTOCOL_SUBMITTED: _submitted,
        DeliveryKind.PROTOCOL_RECEIVED: _received,
        DeliveryKind.PROTOCOL_PROCESSING: _processing,
        DeliveryKind.PROTOCOL_REJECTED: _rejected,
        DeliveryKind.PROTOCOL_DISCREPANCY: _discrepancy,
        DeliveryKind.PROTOCOL_CORRECTED: _corrected,
        DeliveryKind.WORK_ORDER_SENT: _work_order,
        DeliveryKind.OPERATION_ENDED: _operation,
        DeliveryKind.ADDRESS_VERIFICATION: _verification,
        DeliveryKind.PASSWORD_RESET: _reset,
        DeliveryKind.ACCOUNT_EXISTS: _account,
        DeliveryKind.PROFILE_VERIFIED: _verified,
    }[DeliveryKind(delivery.kind)](delivery)


def _digest(delivery: Delivery) -> Letter:
    protocols = _listed(delivery)
    told = ngettext("%(count)s sample was received", "%(count)s samples were received", len(protocols))
    values = {"protocols": protocols, "count": len(protocols)}
    return Letter(told % {"count": len(protocols)}, reverse("protocols"), values)


def _listed(delivery: Delivery) -> list[Protocol]:
    # Whatever moved to another vet since is not this one's any more.
    own = Protocol.objects.filter(pk__in=delivery.protocol_ids, veterinarian__user=delivery.recipient_id)
    return list(own.order_by("kind", "pk"))


def _submitted(delivery: Delivery) -> Letter:
    event = delivery.protocol_event
    assert event is not None
    if event.before == ProtocolStatus.REJECTED:
        return _about_protocol(delivery, _("Rejection taken back: %(code)s, %(animal)s"), is_returned=True)
    return _about_protocol(delivery, _("Protocol submitted: %(code)s, %(animal)s"))


def _received(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample received: %(code)s, %(animal)s"))


def _processing(delivery: Delivery) -> Letter:
    if delivery.protocol_event:
        return _about_protocol(delivery, _("Sample in process: %(code)s, %(animal)s"))
    protocols = _listed(delivery)
    told = ngettext("%(count)s sample is in process", "%(count)s samples are in process", len(protocols))
    values = {"protocols": protocols, "count": len(protocols)}
    return Letter(told % {"count": len(protocols)}, reverse("protocols"), values)


def _rejected(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample rejected: %(code)s, %(animal)s"))


def _discrepancy(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample received with differences: %(code)s, %(animal)s"))


def _corrected(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("What came was corrected: %(code)s, %(animal)s"))


def _about_protocol(delivery: Delivery, subject: str, **values: Any) -> Letter:
    event = delivery.protocol_event
    assert event is not None
    protocol = event.protocol
    named = {"code": protocol.code, "animal": protocol.animal}
    own = {"protocol": protocol, "protocols": [protocol], "count": 1, "reason": event.reason}
    return Letter(subject % named, reverse("protocol", args=(protocol.pk,)), own | values)


def _work_order(delivery: Delivery) -> Letter:
    order = delivery.work_order
    assert order is not None
    subject = _("Work order %(number)s") % {"number": order.number}
    return Letter(subject, reverse("work_order", args=(order.pk,)), {"order": order})


def _operation(delivery: Delivery) -> Letter:
    operation = delivery.operation
    assert operation is not None
    label = registry.get(operation.action).label
    subject = _("%(label)s: the operation has ended") % {"label": label}
    values = {"label": label, "progress": operations.progress(operation), "operation": operation}
    values["name"] = getattr(delivery.recipient, "staff_member", "")
    return Letter(subject, rounds.path(operation), values)


def _verification(delivery: Delivery) -> Letter:
    return Letter(_("Verify your e-mail address"), account_mail.verification_path(delivery))


def _reset(delivery: Delivery) -> Letter:
    return Letter(_("Choose a new password"), account_mail.reset_path(delivery))


def _account(delivery: Delivery) -> Letter:
    return Letter(_("You have an account already"), reverse("account_login"))


def _verified(delivery: Delivery) -> Letter:
    return Letter(_("Your profile is verified"), reverse("protocols"))
