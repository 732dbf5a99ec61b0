"""Announces a report's issue, amendment or withdrawal: by mail, in the portal, and what the letters say."""

from django.utils.translation import gettext as _

from lims.models import (
    Delivery,
    DeliveryKind,
    Report,
    ReportByEmail,
    ReportHistory,
    ReportStatus,
    User,
    Veterinarian,
)
from lims.services.mail import deliveries
from lims.services.mail.contents import Attachment, Letter, Obsolete, letter
from lims.services.reports import access, archive, recipients

NOTE_MAX = 2_000
# Many servers refuse a larger message; its reader gets the link.
ATTACHED_BYTES_MAX = 10 * 1024 * 1024


def announce(report: Report, kind: DeliveryKind, by: User | None) -> None:
    """Notify everybody whom this concerns: vets by mail and in the portal, others in the portal alone.

    In the transaction of its cause, which holds the report. Idempotent: nobody is notified twice.
    """
    users = recipients.of(report, kind, by)
    notified = recipients.notify(users, report, kind)
    _mail(users, report, kind, by)
    if notified and kind != DeliveryKind.REPORT_ISSUED:
        note = ", ".join(sorted(user.email for user in notified))
        access.record(report, ReportHistory.Action.TOLD, by, note[:NOTE_MAX])


def outdated(delivery: Delivery) -> Obsolete | None:
    """Return why a report that was replaced or withdrawn since is not handed out, or None."""
    hands_out = delivery.kind != DeliveryKind.REPORT_WITHDRAWN
    if not hands_out or delivery.report is None or delivery.report.status == ReportStatus.ISSUED:
        return None
    return Obsolete(
        _("This report is no longer the current one; its vet was told of that."),
        _("Not sent: the report was replaced or withdrawn before the message left."),
    )


def record_resent(delivery: Delivery, by: User, note: str) -> None:
    """Write into a report's history that its message was sent again, and to which address."""
    assert delivery.report is not None
    access.record(delivery.report, ReportHistory.Action.RESENT, by, note)


@letter(
    *(DeliveryKind.REPORT_ISSUED, DeliveryKind.REPORT_AMENDED, DeliveryKind.REPORT_WITHDRAWN),
    obsolete=outdated,
    on_resent=record_resent,
)
def about_report(delivery: Delivery) -> Letter:
    """Return the letter about a report, with its PDF where the vet wants it; raise StoreError."""
    report = delivery.report
    assert report is not None
    fits = (report.size_bytes or 0) <= ATTACHED_BYTES_MAX
    # A former vet of the protocol is notified and given nothing.
    is_wanted = delivery.attach_pdf and report.protocol.veterinarian.user_id == delivery.recipient_id
    is_attached = is_wanted and fits
    values = {
        "report": report,
        "protocol": report.protocol,
        "author": report.author,
        "is_attached": is_attached,
        "is_too_large": is_wanted and not fits,
    }
    attachment = _attachment(report) if is_attached else None
    return Letter(_subject(delivery, report), access.path(report), values, attachment)


def _mail(users: list[User], report: Report, kind: DeliveryKind, by: User | None) -> None:
    mailed = set(Delivery.objects.filter(report=report, kind=kind).values_list("recipient", flat=True))
    for user in users:
        vet = getattr(user, "veterinarian", None) if user.is_veterinarian else None
        if vet and vet.notify_on_report and user.pk not in mailed:
            attach = _gets_pdf(vet, report, kind)
            deliveries.enqueue(deliveries.write(kind, user, vet.email, by, report=report, attach_pdf=attach))


def _gets_pdf(vet: Veterinarian, report: Report, kind: DeliveryKind) -> bool:
    is_current = kind != DeliveryKind.REPORT_WITHDRAWN and vet.pk == report.protocol.veterinarian_id
    return is_current and vet.report_by_email == ReportByEmail.ATTACHMENT


def _attachment(report: Report) -> Attachment:
    name = archive.file_name(report.protocol.code, report.version)
    return Attachment(name, archive.read(report), "application/pdf")


def _subject(delivery: Delivery, report: Report) -> str:
    named = {"number": report.protocol.code, "animal": report.protocol.animal}
    match delivery.kind:
        case DeliveryKind.REPORT_AMENDED:
            return _("Report amended: %(number)s, %(animal)s") % named
        case DeliveryKind.REPORT_WITHDRAWN:
            return _("Report withdrawn: %(number)s, %(animal)s") % named
    return _("Report ready: %(number)s, %(animal)s") % named
