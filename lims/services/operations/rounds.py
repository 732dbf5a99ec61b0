"""The end of a round: done once for all of it, and announced to whoever asked for it."""

from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lims.models import (
    Delivery,
    DeliveryKind,
    NotificationKind,
    Operation,
    OperationState,
)
from lims.services.mail import deliveries, notifications
from lims.services.mail.contents import Letter, letter
from lims.services.operations import operations, registry
from lims.services.operations.action import Context


def end_round(operation: Operation) -> None:
    """End a round that the caller's transaction holds, with all that follows from it.

    A running operation is done then, a cancelled one stays so. Rounds that were resumed before their end was
    announced end together.
    """
    rounds = range(operation.ended_round + 1, operation.round + 1)
    context = Context(operation, operation.requested_by, timezone.now())
    registry.get(operation.action).finish(context, rounds)
    ended = {"state": OperationState.DONE, "finished_at": Now()} if operation.is_running else {}
    Operation.objects.filter(pk=operation.pk).update(ended_round=operation.round, **ended)
    _notify(operation)


def path(operation: Operation) -> str:
    """Return where in the portal an operation is."""
    return f"/operations/{operation.pk}/"


@letter(DeliveryKind.OPERATION_ENDED)
def operation_ended(delivery: Delivery) -> Letter:
    operation = delivery.operation
    assert operation is not None
    label = registry.get(operation.action).label
    subject = _("%(label)s: the operation has ended") % {"label": label}
    values = {"label": label, "progress": operations.progress(operation), "operation": operation}
    values["name"] = getattr(delivery.recipient, "staff_member", "")
    return Letter(subject, path(operation), values)


def _notify(operation: Operation) -> None:
    by = operation.requested_by
    with translation.override(by.language):
        notifications.notify([by], NotificationKind.OPERATION_ENDED, _summary(operation), path(operation))
    about = {"operation": operation, "operation_round": operation.round}
    deliveries.enqueue(deliveries.write(DeliveryKind.OPERATION_ENDED, by, by.email, by, **about))


def _summary(operation: Operation) -> str:
    now = operations.progress(operation)
    values = {"label": registry.get(operation.action).label} | vars(now)
    if now.pending:
        return _("%(label)s: %(done)s done, %(failed)s failed, %(pending)s left") % values
    return _("%(label)s: %(done)s done, %(failed)s failed") % values
