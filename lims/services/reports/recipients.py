"""Recipients of a version of a report: its vet, its author, and whoever has or has seen an older one."""

from django.db.models import Q

from lims.documents.reports.document import KIND
from lims.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    DocumentAccess,
    Notification,
    NotificationKind,
    Report,
    User,
)
from lims.services.mail import notifications
from lims.services.reports import access

# In these a message is, or may be, in somebody's mailbox.
MAY_HAVE_ARRIVED = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


def of(report: Report, kind: DeliveryKind, by: User | None) -> list[User]:
    """Return the recipients of an issue, an amendment or a withdrawal, in a fixed order."""
    vet = Q(pk=report.protocol.veterinarian.user_id)
    author = Q(pk=report.author.staff_member.user_id)
    if kind == DeliveryKind.REPORT_ISSUED:
        return _users(vet | author)
    if kind == DeliveryKind.REPORT_AMENDED:
        return _users(vet | author | _knows_a_version(report))
    # Who withdraws it knows.
    return _users((vet | author | _knows_a_version(report)) & ~Q(pk=by and by.pk))


def notify(users: list[User], report: Report, kind: DeliveryKind) -> list[User]:
    """Notify in the portal those of the users who were not yet, and return them."""
    notification_kind, path = NotificationKind(kind.value), access.path(report)
    before = Notification.objects.filter(kind=notification_kind, path=path).values_list("user", flat=True)
    notified = set(before)
    new = [user for user in users if user.pk not in notified]
    notifications.notify(new, notification_kind, report.protocol.code, path)
    return new


def _users(which: Q) -> list[User]:
    return list(User.objects.filter(which).select_related("veterinarian").order_by("pk"))


def _knows_a_version(report: Report) -> Q:
    versions = Report.objects.filter(protocol=report.protocol_id, version__lte=report.version)
    pks = list(versions.values_list("pk", flat=True))
    sent = Delivery.objects.filter(report__in=pks, state__in=MAY_HAVE_ARRIVED)
    opened = DocumentAccess.objects.filter(kind=KIND, document_pk__in=pks)
    return Q(pk__in=sent.values("recipient")) | Q(pk__in=opened.values("user"))
