"""Who is told of a report by e-mail, once each; sent again, to a better address, or seen to by hand."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from actors import jobs
from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    NotificationKind,
    Report,
    ReportByEmail,
    ReportHistory,
    ReportStatus,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderStatus,
)
from lims.services.mail import notifications
from lims.services.reports import access, recipients

NOTE_MAX = 2_000
# Before one of these states nobody knows yet how a message ends.
OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)


def announce(report: Report, kind: DeliveryKind, by: User | None) -> None:
    """Have everybody told whom this concerns: vets by mail and notification, others by notification alone.

    In the transaction of its cause, which holds the report. Idempotent: nobody is told twice of one thing.
    """
    concerned = recipients.of(report, kind, by)
    told = recipients.notify(concerned, report, kind)
    _mail(concerned, report, kind, by)
    if told and kind != DeliveryKind.REPORT_ISSUED:
        note = ", ".join(sorted(user.email for user in told))
        access.record(report, ReportHistory.Action.TOLD, by, note[:NOTE_MAX])


def announce_order(order: WorkOrder, by: User) -> None:
    """Tell an order's vet by mail and in the portal that it can be read, in the transaction that sends it."""
    vet = order.veterinarian
    delivery = Delivery.objects.create(
        kind=DeliveryKind.WORK_ORDER_SENT,
        work_order=order,
        recipient=vet.user,
        address=vet.email,
        language=vet.user.language,
        message_id=message_id(),
        requested_by=by,
    )
    path = reverse("work_order", args=(order.pk,))
    notifications.notify([vet.user], NotificationKind.WORK_ORDER_SENT, str(order.number), path)
    _enqueue(delivery, by)


@transaction.atomic
def resend(by: User, pk: int, address: str = "", *, keep_address: bool = False) -> Delivery:
    """Have a message that has ended sent again, by default to the same address, and return the new delivery.

    With `keep_address` the vet's later messages go there too. A second click joins the first. Raises
    NotVisible, Incomplete for a wrong address, and InvalidTransition while the message is on its way, once
    it was sent again already, and for a report that is no longer the current one.
    """
    delivery = _locked(by, pk)
    if again := delivery.sent_again.first():
        return _joined(again)
    address = _checked(address or delivery.address)
    _check_may_resend(delivery)
    if keep_address:
        theirs = Veterinarian.objects.filter(user=delivery.recipient_id)
        theirs.update(alternative_email=address, lock_version=F("lock_version") + 1)
    again = _again(delivery, address, by)
    _settle(delivery)
    if again.report:
        access.record(again.report, ReportHistory.Action.RESENT, by, _note(delivery, again))
    _enqueue(again, by)
    return again


@transaction.atomic
def settle(by: User, pk: int) -> None:
    """Note that a message that failed needs nothing more; idempotent. Raises NotVisible."""
    _settle(_locked(by, pk))


def message_id() -> str:
    """Return a new Message-ID, under which a message is sent however often it is tried."""
    return f"<delivery-{uuid.uuid4()}@{settings.SITE_HOST}>"


def _mail(concerned: list[User], report: Report, kind: DeliveryKind, by: User | None) -> None:
    mailed = set(Delivery.objects.filter(report=report, kind=kind).values_list("recipient", flat=True))
    for user in concerned:
        vet = getattr(user, "veterinarian", None) if user.is_veterinarian else None
        if vet and vet.notify_on_report and user.pk not in mailed:
            _enqueue(_first(user, vet, report, kind, by), by)


def _first(user: User, vet: Veterinarian, report: Report, kind: DeliveryKind, by: User | None) -> Delivery:
    # A former vet of the protocol is told, and given nothing.
    gets_pdf = kind != DeliveryKind.REPORT_WITHDRAWN and vet.pk == report.protocol.veterinarian_id
    return Delivery.objects.create(
        kind=kind,
        report=report,
        recipient=user,
        address=vet.email,
        language=user.language,
        attach_pdf=gets_pdf and vet.report_by_email == ReportByEmail.ATTACHMENT,
        message_id=message_id(),
        requested_by=by,
    )


def _again(old: Delivery, address: str, by: User) -> Delivery:
    return Delivery.objects.create(
        kind=old.kind,
        report=old.report,
        work_order=old.work_order,
        protocol_event=old.protocol_event,
        operation=old.operation,
        operation_round=old.operation_round,
        protocol_ids=old.protocol_ids,
        recipient=old.recipient,
        address=address,
        language=old.recipient.language,
        attach_pdf=old.attach_pdf,
        message_id=message_id(),
        again=old,
        requested_by=by,
    )


def _enqueue(delivery: Delivery, by: User | None) -> None:
    jobs.enqueue("send_delivery", str(delivery.pk), (delivery.pk,), requested_by_id=by.pk if by else None)


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
    if is_outdated(delivery):
        raise InvalidTransition(_("This report is no longer the current one; its vet was told of that."))
    if is_of_cancelled_order(delivery):
        raise InvalidTransition(_("This order was cancelled since."))
    if is_of_anothers_protocol(delivery):
        raise InvalidTransition(_("This protocol is another veterinarian's since."))


def is_outdated(delivery: Delivery) -> bool:
    """Return whether the message would hand out a report that was replaced or withdrawn since."""
    hands_out = delivery.kind != DeliveryKind.REPORT_WITHDRAWN
    return hands_out and delivery.report is not None and delivery.report.status != ReportStatus.ISSUED


def is_of_cancelled_order(delivery: Delivery) -> bool:
    """Return whether the message would send a work order that was cancelled since."""
    return delivery.work_order is not None and delivery.work_order.status == WorkOrderStatus.CANCELLED


def is_of_anothers_protocol(delivery: Delivery) -> bool:
    """Return whether the message would tell of a protocol that is another vet's since."""
    event = delivery.protocol_event
    return event is not None and event.protocol.veterinarian.user_id != delivery.recipient_id


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
