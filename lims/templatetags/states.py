"""Tags that tell a state by a word in the colour of what it means, for each noun of its own."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lims.models import Delivery, Protocol, Report
from lims.templatetags.lamina import icon

register = template.Library()

NO_SIGN = SafeString("")
OF_REPORTS = {
    "draft": "neutral",
    "finalized": "accent",
    "issued": "good",
    "superseded": "warn",
    "withdrawn": "bad",
}
OF_DELIVERIES = {
    "queued": "neutral",
    "sending": "accent",
    "sent": "good",
    "failed": "bad",
    "uncertain": "warn",
}
OF_PROTOCOLS = {
    "draft": "neutral",
    "submitted": "accent",
    "received": "accent",
    "processing": "accent",
    "ready": "warn",
    "reported": "good",
    "rejected": "bad",
}


@register.simple_tag
def report_state(report: Report) -> SafeString:
    """Show a report's state, and instead of it that it could not be issued."""
    if getattr(report, "has_failed", False):
        return _shown("bad", _("Could not be issued"), icon("triangle-alert", 14))
    return _shown(OF_REPORTS.get(report.status, "neutral"), report.get_status_display())


@register.simple_tag
def delivery_state(delivery: Delivery) -> SafeString:
    sign = icon("triangle-alert", 14) if delivery.needs_attention else NO_SIGN
    return _shown(OF_DELIVERIES.get(delivery.state, "neutral"), delivery.get_state_display(), sign)


@register.simple_tag
def protocol_state(protocol: Protocol) -> SafeString:
    return _shown(OF_PROTOCOLS.get(protocol.status, "neutral"), protocol.get_status_display())


@register.filter
def in_fours(code: str) -> str:
    """Write a verification code in groups of four, as it is printed and read aloud."""
    return "-".join(code[start : start + 4] for start in range(0, len(code or ""), 4))


def _shown(tone: str, label: str, sign: SafeString = NO_SIGN) -> SafeString:
    return format_html('<span class="state state-{}">{}{}</span>', tone, sign, label)
