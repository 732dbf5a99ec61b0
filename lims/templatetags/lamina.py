"""Tags and filters of every template: money, states and icons. Days and numbers are Django's own filters."""

import uuid
from decimal import Decimal
from functools import lru_cache

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from lims.documents.paper import formats
from lims.models import PaymentStatus, WorkOrder

register = template.Library()

TONES = {
    "draft": "neutral",
    "issued": "accent",
    "sent": "accent",
    "invoiced": "good",
    "cancelled": "bad",
    "unpaid": "warn",
    "partial": "warn",
    "paid": "good",
}


@register.filter
def money(amount: Decimal) -> str:
    """Write an amount with its currency as the reader does, `$ 1.234,50`."""
    return formats.money(str(amount), language())


@register.filter
def amount(value: Decimal) -> str:
    """Write an amount without its currency, for a column of a table."""
    return formats.number(str(value), language())


@register.filter
def whole(count: int) -> str:
    """Write a count as the reader does, `2.000`."""
    return formats.quantity(str(count), language())


@register.simple_tag
def state(value: str, label: str) -> SafeString:
    """Show a state's word in the colour of what it means."""
    return format_html('<span class="state state-{}">{}</span>', TONES.get(value, "neutral"), label)


@register.simple_tag
def payment(order: WorkOrder) -> SafeString:
    return state(order.payment_status, str(PaymentStatus(order.payment_status).label))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 18, css: str = "") -> SafeString:
    """Draw an icon that says nothing to a screen reader: the text beside it does."""
    drawn = lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": f"icon {css}".strip()})
    return SafeString(drawn)


@register.simple_tag
def form_key() -> SafeString:
    """Give a form a key of its own, by which what it asks for is done once, however often it is sent."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid.uuid4())


@register.filter
def css(field: forms.BoundField) -> SafeString:
    """Draw a form field as Bootstrap styles it, with its error state and without what its label says."""
    kind = getattr(field.field.widget, "input_type", "")
    classes = {"checkbox": "form-check-input", "radio": "form-check-input", "select": "form-select"}
    names = [classes.get(kind, "form-control"), "is-invalid" if field.errors else ""]
    return field.as_widget(attrs={"class": " ".join(filter(None, names)), "placeholder": ""})


def language() -> str:
    """Return the reader's language among those that we write."""
    return "es" if (get_language() or "").startswith("es") else "en"
