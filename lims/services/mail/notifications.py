"""In-app notifications."""

from collections.abc import Iterable

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import Notification, NotificationKind, Role, User

SUBJECT_MAX = 300


def notify(users: Iterable[User], kind: NotificationKind, subject: str, path: str) -> None:
    """Notify each of these users once, in the caller's transaction. Not idempotent."""
    Notification.objects.bulk_create(
        Notification(user_id=pk, kind=kind, subject=subject[:SUBJECT_MAX], path=path)
        for pk in {user.pk for user in users}
    )


def overseers(*roles: Role) -> list[User]:
    """Return the active users of these roles, who see to what went wrong."""
    return list(User.objects.filter(role__in=roles, is_active=True))


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
