"""What users are told inside the portal, and what they have read of it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import (
    Notification,
    NotificationKind,
    Operation,
    OperationState,
    Report,
    Role,
    User,
)
from lims.services.kit.counting import count_each

SUBJECT_MAX = 300


class Standing(NamedTuple):
    """What every page tells its user: how much is unread, how many of their operations run."""

    unread: int
    running: int


def notify(users: Iterable[User], kind: NotificationKind, subject: str, path: str) -> None:
    """Tell each of these users once, in the caller's transaction; a repeated call tells them again."""
    Notification.objects.bulk_create(
        Notification(user_id=pk, kind=kind, subject=subject[:SUBJECT_MAX], path=path)
        for pk in {user.pk for user in users}
    )


def report_path(report: Report) -> str:
    """Return where in the portal a report is."""
    return reverse("report", args=(report.pk,))


def overseers(*roles: Role) -> list[User]:
    """Return the active users of these roles, who see to what went wrong."""
    return list(User.objects.filter(role__in=roles, is_active=True))


def standing(user: User) -> Standing:
    """Return what every page tells the user; one statement."""
    running = Operation.objects.filter(requested_by=user, state=OperationState.RUNNING)
    return Standing(*count_each(user, Notification.objects.visible_to(user).unread(), running))


def mark_all_read(user: User) -> None:
    """Take all of the user's notifications for read; idempotent."""
    Notification.objects.visible_to(user).unread().update(read_at=Now())


def open_notification(user: User, pk: int) -> str:
    """Take a notification for read and return where it leads; idempotent. Raises NotVisible."""
    found = Notification.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such notification."))
    Notification.objects.visible_to(user).unread().filter(pk=pk).update(read_at=Now())
    return found.path
