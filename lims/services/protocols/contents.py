"""What the letters about protocols say: about one at a time, or about several of a vet."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lims.models import Delivery, DeliveryKind, Protocol, ProtocolStatus
from lims.services.mail.contents import Letter, Obsolete, letter

SUBJECTS = {
    DeliveryKind.PROTOCOL_SUBMITTED: gettext_lazy("Protocol submitted: %(code)s, %(animal)s"),
    DeliveryKind.PROTOCOL_RECEIVED: gettext_lazy("Sample received: %(code)s, %(animal)s"),
    DeliveryKind.PROTOCOL_PROCESSING: gettext_lazy("Sample in process: %(code)s, %(animal)s"),
    DeliveryKind.PROTOCOL_REJECTED: gettext_lazy("Sample rejected: %(code)s, %(animal)s"),
    DeliveryKind.PROTOCOL_DISCREPANCY: gettext_lazy("Sample received with differences: %(code)s, %(animal)s"),
    DeliveryKind.PROTOCOL_CORRECTED: gettext_lazy("What came was corrected: %(code)s, %(animal)s"),
}


def of_another_vet(delivery: Delivery) -> Obsolete | None:
    """Return why nobody is told of a protocol that is another vet's since, or None."""
    event = delivery.protocol_event
    if event is None or event.protocol.veterinarian.user_id == delivery.recipient_id:
        return None
    return Obsolete(
        _("This protocol is another veterinarian's since."),
        _("Not sent: the protocol became another veterinarian's before the message left."),
    )


@letter(*SUBJECTS, obsolete=of_another_vet)
def about_protocol(delivery: Delivery) -> Letter:
    event = delivery.protocol_event
    if event is None:
        return _processing_digest(delivery)
    protocol, subject = event.protocol, str(SUBJECTS[DeliveryKind(delivery.kind)])
    values = {"protocol": protocol, "protocols": [protocol], "count": 1, "reason": event.reason}
    if delivery.kind == DeliveryKind.PROTOCOL_SUBMITTED and event.before == ProtocolStatus.REJECTED:
        subject, values["is_returned"] = _("Rejection taken back: %(code)s, %(animal)s"), True
    named = {"code": protocol.code, "animal": protocol.animal}
    return Letter(subject % named, reverse("protocol", args=(protocol.pk,)), values)


@letter(DeliveryKind.RECEPTION_DIGEST)
def reception_digest(delivery: Delivery) -> Letter:
    protocols = _listed(delivery)
    subject = ngettext("%(count)s sample was received", "%(count)s samples were received", len(protocols))
    return _digest(subject, protocols)


def _processing_digest(delivery: Delivery) -> Letter:
    protocols = _listed(delivery)
    subject = ngettext("%(count)s sample is in process", "%(count)s samples are in process", len(protocols))
    return _digest(subject, protocols)


def _digest(subject: str, protocols: list[Protocol]) -> Letter:
    values: dict[str, Any] = {"protocols": protocols, "count": len(protocols)}
    return Letter(subject % {"count": len(protocols)}, reverse("protocols"), values)


def _listed(delivery: Delivery) -> list[Protocol]:
    # Whatever moved to another vet since is not this one's any more.
    own = Protocol.objects.filter(pk__in=delivery.protocol_ids, veterinarian__user=delivery.recipient_id)
    return list(own.order_by("kind", "pk"))
