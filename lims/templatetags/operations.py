"""Tags and filters of operations: counts of things, state, speed and duration."""

from collections.abc import Callable

from django import template
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from lims.models import Delivery, LabelSheet, Operation, Protocol, WorkOrder
from lims.templatetags.lamina import whole

register = template.Library()

SHOWN = {
    "running": ("accent", gettext_lazy("In work")),
    "cancelled": ("warn", pgettext_lazy("operation", "Cancelled")),
    "done": ("good", gettext_lazy("Ended")),
}
MINUTE_S, HOUR_S = 60, 3_600
NOUNS: dict[type, Callable[[int], str]] = {
    Protocol: lambda count: ngettext("%(count)s protocol", "%(count)s protocols", count),
    WorkOrder: lambda count: ngettext("%(count)s work order", "%(count)s work orders", count),
    Delivery: lambda count: ngettext("%(count)s message", "%(count)s messages", count),
    LabelSheet: lambda count: ngettext("%(count)s label sheet", "%(count)s label sheets", count),
}


def things(model: type, count: int) -> str:
    """Return how many of what: `1.000 protocolos`."""
    noun = NOUNS.get(model, lambda count: ngettext("%(count)s thing", "%(count)s things", count))
    return noun(count) % {"count": whole(count)}


def begun(rows: QuerySet, total: int) -> str:
    """Return the message to whoever has confirmed a bulk action."""
    return _("Processing %(things)s, you will be notified.") % {"things": things(rows.model, total)}


@register.simple_tag
def operation_state(operation: Operation, failed: int | None = 0) -> SafeString:
    """Show how far an operation has come, and whether it ended with failures."""
    tone, label = SHOWN[operation.state]
    if failed and operation.state == "done":
        tone, label = "warn", gettext_lazy("Ended with failures")
    return format_html('<span class="state state-{}">{}</span>', tone, label)


@register.filter
def duration(seconds: int) -> str:
    """Write how long something takes, roughly: `40 segundos`, `3 minutos`, `2 horas`."""
    if seconds < MINUTE_S:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    if seconds < 2 * HOUR_S:
        minutes = round(seconds / MINUTE_S)
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = round(seconds / HOUR_S)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": whole(hours)}


@register.filter
def rate(per_s: float) -> str:
    """Write how fast it goes, by the second or, where that is slow, by the minute."""
    if per_s >= 1:
        return _("%(count)s per second") % {"count": whole(round(per_s))}
    return _("%(count)s per minute") % {"count": whole(round(per_s * MINUTE_S))}
