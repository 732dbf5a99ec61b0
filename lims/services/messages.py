"""The e-mails themselves: subject, text and HTML in the recipient's language, the issued PDF where wanted."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from lims.documents import reports as document
from lims.models import Delivery, DeliveryKind, Laboratory, Report
from lims.services import archive, notifications

# A larger message is refused by many servers; its reader gets the link.
ATTACHED_BYTES_MAX = 10 * 1024 * 1024
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def compose(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the message of a delivery. Raises StoreError if its PDF is to be attached and cannot be read."""
    report = delivery.report
    assert report is not None
    laboratory = Laboratory.objects.defer("work_order_terms").first() or Laboratory()
    with translation.override(delivery.language):
        context = _context(delivery, report, laboratory)
        message = EmailMultiAlternatives(
            one_line(_subject(delivery, report)),
            render_to_string(f"emails/{delivery.kind}.txt", context).strip() + "\n",
            settings.DEFAULT_FROM_EMAIL,
            [delivery.address],
            reply_to=[laboratory.email] if laboratory.email else None,
            headers=HEADERS | {"Message-ID": delivery.message_id},
        )
        message.attach_alternative(render_to_string(f"emails/{delivery.kind}.html", context), "text/html")
    if context["is_attached"]:
        message.attach(
            file_name(report.protocol.code, report.version), archive.read(report), "application/pdf"
        )
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


def _context(delivery: Delivery, report: Report, laboratory: Laboratory) -> dict[str, Any]:
    fits = (report.size_bytes or 0) <= ATTACHED_BYTES_MAX
    return {
        "report": report,
        "protocol": report.protocol,
        "laboratory": laboratory,
        "contact": [line for line in _contact(laboratory) if line],
        "name": getattr(delivery.recipient, "veterinarian", ""),
        "author": report.author,
        "language": delivery.language,
        "link": f"{settings.SITE_URL}{notifications.report_path(report)}",
        "is_attached": delivery.attach_pdf and fits,
        "is_too_large": delivery.attach_pdf and not fits,
    }


def _contact(laboratory: Laboratory) -> tuple[str, ...]:
    return (laboratory.address, laboratory.phone, laboratory.email, laboratory.website)
