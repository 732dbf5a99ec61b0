"""The e-mails themselves: subject, text and HTML in the recipient's language, the issued PDF where wanted."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from lims.documents.reports import report as document
from lims.models import Delivery, DeliveryKind, Laboratory, Report
from lims.services.mail import contents, notifications
from lims.services.mail.contents import Letter
from lims.services.reports import archive

# A larger message is refused by many servers; its reader gets the link.
ATTACHED_BYTES_MAX = 10 * 1024 * 1024
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def compose(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the message of a delivery. Raises StoreError if its PDF is to be attached and cannot be read."""
    laboratory = Laboratory.objects.defer("work_order_terms").first() or Laboratory()
    with translation.override(delivery.language):
        letter = _about_report(delivery, delivery.report) if delivery.report else contents.write(delivery)
        context = _context(delivery, letter, laboratory)
        message = EmailMultiAlternatives(
            one_line(letter.subject),
            render_to_string(f"emails/{delivery.kind}.txt", context).strip() + "\n",
            settings.DEFAULT_FROM_EMAIL,
            [delivery.address],
            reply_to=[laboratory.email] if laboratory.email else None,
            headers=HEADERS | {"Message-ID": delivery.message_id},
        )
        message.attach_alternative(render_to_string(f"emails/{delivery.kind}.html", context), "text/html")
    if delivery.report and context["is_attached"]:
        name = file_name(delivery.report.protocol.code, delivery.report.version)
        message.attach(name, archive.read(delivery.report), "application/pdf")
    return message


def file_name(number: str, version: int) -> str:
    """Return the name of an issued report's file, without reading what it shows."""
    return document.filename({"number": number, "version": version, "mark": None})


def one_line(text: str) -> str:
    """Return a text that may stand in a header: printable, on one line, however it was typed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _subject(delivery: Delivery, report: Report) -> str:
    named = {"number": report.protocol.code, "animal": report.protocol.animal}
    match delivery.kind:
        case DeliveryKind.REPORT_AMENDED:
            return _("Report amended: %(number)s, %(animal)s") % named
        case DeliveryKind.REPORT_WITHDRAWN:
            return _("Report withdrawn: %(number)s, %(animal)s") % named
    return _("Report ready: %(number)s, %(animal)s") % named


def _about_report(delivery: Delivery, report: Report) -> Letter:
    fits = (report.size_bytes or 0) <= ATTACHED_BYTES_MAX
    # Whoever is its vet no more, since it was asked for, is told and given nothing.
    is_wanted = delivery.attach_pdf and report.protocol.veterinarian.user_id == delivery.recipient_id
    values = {
        "report": report,
        "protocol": report.protocol,
        "author": report.author,
        "is_attached": is_wanted and fits,
        "is_too_large": is_wanted and not fits,
    }
    return Letter(_subject(delivery, report), notifications.report_path(report), values)


def _context(delivery: Delivery, letter: Letter, laboratory: Laboratory) -> dict[str, Any]:
    return {
        "laboratory": laboratory,
        "contact": [line for line in _contact(laboratory) if line],
        "name": getattr(delivery.recipient, "veterinarian", ""),
        "language": delivery.language,
        "link": f"{settings.SITE_URL}{letter.path}",
    } | letter.values


def _contact(laboratory: Laboratory) -> tuple[str, ...]:
    return (laboratory.address, laboratory.phone, laboratory.email, laboratory.website)
