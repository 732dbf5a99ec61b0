"""What the letters about protocols say."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lims.models import Delivery, DeliveryKind, Protocol, ProtocolStatus
from lims.services.mail.contents import Letter, letter


@letter(DeliveryKind.RECEPTION_DIGEST)
def digest(delivery: Delivery) -> Letter:
    protocols = _listed(delivery)
    subject = ngettext("%(count)s sample was received", "%(count)s samples were received", len(protocols))
    values = {"protocols": protocols, "count": len(protocols)}
    return Letter(subject % {"count": len(protocols)}, reverse("protocols"), values)


def _listed(delivery: Delivery) -> list[Protocol]:
    # Whatever moved to another vet since is not this one's any more.
    own = Protocol.objects.filter(pk__in=delivery.protocol_ids, veterinarian__user=delivery.recipient_id)
    return list(own.order_by("kind", "pk"))


@letter(DeliveryKind.PROTOCOL_SUBMITTED)
def submitted(delivery: Delivery) -> Letter:
    event = delivery.protocol_event
    assert event is not None
    if event.before == ProtocolStatus.REJECTED:
        return _about_protocol(delivery, _("Rejection taken back: %(code)s, %(animal)s"), is_returned=True)
    return _about_protocol(delivery, _("Protocol submitted: %(code)s, %(animal)s"))


@letter(DeliveryKind.PROTOCOL_RECEIVED)
def received(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample received: %(code)s, %(animal)s"))


@letter(DeliveryKind.PROTOCOL_PROCESSING)
def processing(delivery: Delivery) -> Letter:
    if delivery.protocol_event:
        return _about_protocol(delivery, _("Sample in process: %(code)s, %(animal)s"))
    protocols = _listed(delivery)
    subject = ngettext("%(count)s sample is in process", "%(count)s samples are in process", len(protocols))
    values = {"protocols": protocols, "count": len(protocols)}
    return Letter(subject % {"count": len(protocols)}, reverse("protocols"), values)


@letter(DeliveryKind.PROTOCOL_REJECTED)
def rejected(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample rejected: %(code)s, %(animal)s"))


@letter(DeliveryKind.PROTOCOL_DISCREPANCY)
def discrepancy(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("Sample received with differences: %(code)s, %(animal)s"))


@letter(DeliveryKind.PROTOCOL_CORRECTED)
def corrected(delivery: Delivery) -> Letter:
    return _about_protocol(delivery, _("What came was corrected: %(code)s, %(animal)s"))


def _about_protocol(delivery: Delivery, subject: str, **values: Any) -> Letter:
    event = delivery.protocol_event
    assert event is not None
    protocol = event.protocol
    named = {"code": protocol.code, "animal": protocol.animal}
    own = {"protocol": protocol, "protocols": [protocol], "count": 1, "reason": event.reason}
    return Letter(subject % named, reverse("protocol", args=(protocol.pk,)), own | values)
