"""Sends one delivery over SMTP, so that its state is true whatever breaks in between.

What was begun and not answered is UNCERTAIN, and nobody but a person sends it again.
"""

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from actors import jobs
from lims.errors import LimsError
from lims.models import Delivery, DeliveryState, NotificationKind, Role
from lims.services.mail import composing, contents, deliveries, notifications, smtp

log = structlog.get_logger(__name__)

RELATED = (
    *("recipient__veterinarian", "recipient__staff_member", "operation", "work_order"),
    *("report__protocol__veterinarian", "report__author__staff_member"),
    "protocol_event__protocol__veterinarian",
)


class MailServerAway(LimsError):
    """The mail server is away, busy or wants to be asked later; a retry helps."""


def deliver(job: jobs.Job) -> None:
    """Send a delivery and write down how that ended; safe twice, late and after a kill at any point.

    Raises MailServerAway and StoreError, after which the delivery waits for the next attempt, and LeaseLost.
    """
    delivery = _find(job)
    if delivery is None or delivery.state not in deliveries.OPEN:
        return
    if delivery.sending_at:
        return _end(job, delivery, DeliveryState.UNCERTAIN, delivery.response)
    if obsolete := contents.of(delivery).obsolete(delivery):
        return _withhold(job, delivery, obsolete.before_sent)
    jobs.failpoint("before_mail")
    message = composing.compose(delivery)
    jobs.renew(job)
    if smtp.is_used():
        _converse(job, delivery, message)
    else:
        _hand_over(job, delivery, message)
    jobs.failpoint("after_mail")


def on_failed(job: jobs.Job) -> None:
    """Give up a delivery whose last attempt failed or was lost: FAILED, or UNCERTAIN if it was begun."""
    delivery = _find(job)
    if delivery and delivery.state in deliveries.OPEN:
        state = DeliveryState.UNCERTAIN if delivery.sending_at else DeliveryState.FAILED
        inside = _("Not sent, for a reason inside the laboratory: see job %(id)s.") % {"id": job.pk}
        _write_end(delivery, state, delivery.response or inside)


def _find(job: jobs.Job) -> Delivery | None:
    found = Delivery.objects.filter(pk=job.args[0]).select_related(*RELATED).defer("report__snapshot")
    return found.first()


def _converse(job: jobs.Job, delivery: Delivery, message: EmailMultiAlternatives) -> None:
    wire = smtp.wire_form(message)
    try:
        with smtp.session() as session:
            session.offer(delivery.address)
            _begin(job, delivery)
            jobs.failpoint("before_data")
            answer = session.transmit(wire)
            jobs.failpoint("after_data")
            _end(job, delivery, DeliveryState.SENT, answer)
    except smtp.NotNow as error:
        _take_back(job, delivery, str(error))
        raise MailServerAway(str(error)) from error
    except smtp.Refused as error:
        _end(job, delivery, DeliveryState.FAILED, str(error))
    except smtp.Unknown as error:
        _end(job, delivery, DeliveryState.UNCERTAIN, str(error))


def _hand_over(job: jobs.Job, delivery: Delivery, message: EmailMultiAlternatives) -> None:
    _begin(job, delivery)
    get_connection().send_messages([message])
    _end(job, delivery, DeliveryState.SENT, "")


def _begin(job: jobs.Job, delivery: Delivery) -> None:
    with transaction.atomic():
        jobs.lock_and_renew(job)
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING, sending_at=Now())


def _take_back(job: jobs.Job, delivery: Delivery, answer: str) -> None:
    """Queue again what the server has surely not taken, with its answer."""
    with transaction.atomic():
        jobs.lock_and_renew(job)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.QUEUED, sending_at=None, response=answer
        )


def _withhold(job: jobs.Job, delivery: Delivery, answer: str) -> None:
    """End an obsolete delivery unsent; nobody needs to see to it."""
    with transaction.atomic():
        jobs.lock_and_renew(job)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.FAILED, response=answer, settled_at=Now()
        )


def _end(job: jobs.Job, delivery: Delivery, state: DeliveryState, answer: str) -> None:
    with transaction.atomic():
        jobs.lock_and_renew(job)
        _write_end(delivery, state, answer)


def _write_end(delivery: Delivery, state: DeliveryState, answer: str) -> None:
    log.info("delivery ended", delivery=delivery.pk, state=state.value)
    times = {"sent_at": Now()} if state == DeliveryState.SENT else {}
    Delivery.objects.filter(pk=delivery.pk).update(state=state, response=answer, **times)
    if state != DeliveryState.SENT:
        overseers = notifications.overseers(Role.STAFF, Role.ADMIN)
        notifications.notify(
            overseers, NotificationKind.DELIVERY_FAILED, _subject(delivery), reverse("deliveries")
        )


def _subject(delivery: Delivery) -> str:
    about = deliveries.about(delivery)
    return f"{about}: {delivery.address}" if about else delivery.address
