"""Deliveries: written and enqueued, sent again, to a better address, or settled by hand."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from actors import jobs
from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import Delivery, DeliveryKind, DeliveryState, User, Veterinarian
from lims.services.mail import contents

# Fields that name what a delivery is about, and what it carries.
ABOUT = (
    *("report", "work_order", "protocol_event", "operation", "operation_round"),
    *("protocol_ids", "attach_pdf"),
)
# Before one of these states nobody knows yet how a message ends.
OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)


def write(kind: DeliveryKind, recipient: User, address: str, by: User | None, **about: Any) -> Delivery:
    """Return a new delivery, not saved yet, in its recipient's language; `about` names what it is about."""
    return Delivery(
        kind=kind,
        recipient=recipient,
        address=address,
        language=recipient.language,
        message_id=_message_id(),
        requested_by=by,
        **about,
    )


def enqueue(delivery: Delivery) -> Delivery:
    """Save a new delivery and enqueue its sending, in the caller's transaction; return it. Not idempotent."""
    delivery.save(force_insert=True)
    by = delivery.requested_by_id
    jobs.enqueue("send_delivery", str(delivery.pk), (delivery.pk,), requested_by_id=by)
    return delivery


def enqueue_all(deliveries: Iterable[Delivery], by: User | None) -> None:
    """Do what `enqueue` does for any number of new deliveries, in a few statements."""
    made = Delivery.objects.bulk_create(deliveries)
    if made:
        works = {str(delivery.pk): (delivery.pk,) for delivery in made}
        jobs.enqueue_many("send_delivery", works, requested_by_id=by.pk if by else None)


@transaction.atomic
def resend(by: User, pk: int, address: str = "", *, keep_address: bool = False) -> Delivery:
    """Have a message that has ended sent again, by default to the same address, and return the new delivery.

    With `keep_address` the vet's later messages go there too. A second click joins the first. Raises
    NotVisible, Incomplete for a wrong address, and InvalidTransition while the message is on its way, once
    it was sent again already, and where it is obsolete.
    """
    delivery = _locked(by, pk)
    if again := delivery.sent_again.first():
        return _joined(again)
    address = _checked(address or delivery.address)
    _check_may_resend(delivery)
    if keep_address:
        theirs = Veterinarian.objects.filter(user=delivery.recipient_id)
        theirs.update(alternative_email=address, lock_version=F("lock_version") + 1)
    _settle(delivery)
    again = enqueue(_again(delivery, address, by))
    contents.of(again).on_resent(again, by, _note(delivery, again))
    return again


@transaction.atomic
def settle(by: User, pk: int) -> None:
    """Note that a message that failed needs nothing more; idempotent. Raises NotVisible."""
    _settle(_locked(by, pk))


def _again(old: Delivery, address: str, by: User) -> Delivery:
    about = {name: getattr(old, name) for name in ABOUT}
    return write(DeliveryKind(old.kind), old.recipient, address, by, again=old, **about)


def _message_id() -> str:
    # One message keeps it, however often it is tried.
    return f"<delivery-{uuid.uuid4()}@{settings.SITE_HOST}>"


def _locked(by: User, pk: int) -> Delivery:
    visible = Delivery.objects.visible_to(by).select_for_update(of=("self",))
    found = (
        visible.select_related("report", "work_order", "recipient", "protocol_event__protocol__veterinarian")
        .defer("report__snapshot")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible(_("There is no such message."))
    return found


def _joined(again: Delivery) -> Delivery:
    if again.state not in OPEN:
        raise InvalidTransition(_("This message was sent again already; see what became of that one."))
    return again


def why_not(state: str) -> str:
    """Return why a message in this state is not sent again, or nothing."""
    on_its_way = _("This message is on its way already. Wait until its state is known.")
    return on_its_way if state in OPEN else ""


def _check_may_resend(delivery: Delivery) -> None:
    if refused := why_not(delivery.state):
        raise InvalidTransition(refused)
    if delivery.is_of_account:
        # Sent to another address, it would open the account to whoever reads that.
        raise InvalidTransition(_("Its reader asks for this message again, where one logs in."))
    if obsolete := contents.of(delivery).obsolete(delivery):
        raise InvalidTransition(obsolete.when_resent)


def about(delivery: Delivery) -> str:
    """Return the number or code of what a message is about, or nothing where it is about several things."""
    if delivery.report:
        return delivery.report.protocol.code
    if delivery.protocol_event:
        return delivery.protocol_event.protocol.code
    return str(delivery.work_order) if delivery.work_order else ""


def _checked(address: str) -> str:
    try:
        return Delivery._meta.get_field("address").clean(address.strip(), None)
    except ValidationError as error:
        message = _("This is no e-mail address.")
        raise Incomplete(message, {"address": message}) from error


def _settle(delivery: Delivery) -> None:
    if delivery.needs_attention:
        Delivery.objects.filter(pk=delivery.pk, settled_at=None).update(settled_at=Now())


def _note(old: Delivery, new: Delivery) -> str:
    return new.address if new.address == old.address else f"{old.address} → {new.address}"
