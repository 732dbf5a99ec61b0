"""Composes e-mails: subject, text and HTML in the recipient's language, and the letter's attachment."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from lims.models import Delivery, Laboratory
from lims.services.mail import contents
from lims.services.mail.contents import Letter

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def compose(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the message of a delivery. Raises StoreError if its PDF is to be attached and cannot be read."""
    laboratory = Laboratory.objects.defer("work_order_terms").first() or Laboratory()
    with translation.override(delivery.language):
        letter = contents.of(delivery).write(delivery)
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
    if letter.attachment:
        message.attach(*letter.attachment)
    return message


def one_line(text: str) -> str:
    """Return a text that may stand in a header: printable, on one line, however it was typed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
