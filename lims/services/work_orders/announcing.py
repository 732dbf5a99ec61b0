"""Announces that an order can be read: by mail, in the portal, and what the letter says."""

from django.urls import reverse
from django.utils.translation import gettext as _

from lims.models import Delivery, DeliveryKind, NotificationKind, User, WorkOrder, WorkOrderStatus
from lims.services.mail import deliveries, notifications
from lims.services.mail.contents import Letter, Obsolete, letter


def announce(order: WorkOrder, by: User) -> None:
    """Notify an order's vet by mail and in the portal, in the transaction that sends it. Not idempotent."""
    vet = order.veterinarian
    path = reverse("work_order", args=(order.pk,))
    notifications.notify([vet.user], NotificationKind.WORK_ORDER_SENT, str(order.number), path)
    deliveries.enqueue(
        deliveries.write(DeliveryKind.WORK_ORDER_SENT, vet.user, vet.email, by, work_order=order)
    )


def of_cancelled(delivery: Delivery) -> Obsolete | None:
    """Return why a cancelled order is not sent, or None."""
    order = delivery.work_order
    if order is None or order.status != WorkOrderStatus.CANCELLED:
        return None
    return Obsolete(
        _("This order was cancelled since."),
        _("Not sent: the order was cancelled before the message left."),
    )


@letter(DeliveryKind.WORK_ORDER_SENT, obsolete=of_cancelled)
def work_order_sent(delivery: Delivery) -> Letter:
    order = delivery.work_order
    assert order is not None
    subject = _("Work order %(number)s") % {"number": order.number}
    return Letter(subject, reverse("work_order", args=(order.pk,)), {"order": order})
