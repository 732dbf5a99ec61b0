"""Form fields in the reader's own format."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LOCALES = {"es": "es_AR", "en": "en"}
# Typed by hand or by a script with the other language's decimal sign, and not to be taken for thousands.
UNGROUPED = re.compile(r"[+-]?\d+[.,]\d{1,2}")
AMOUNT = re.compile(r"[+-]?[\d.,]+")


class MoneyField(forms.DecimalField):
    """An amount with two decimals, shown and read as `1.234,50` or, in English, `1,234.50`."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Enter an amount, such as %(example)s.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return _shown(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        try:
            return parse_money(str(value))
        except NumberFormatError:
            example = {"example": _shown(Decimal("1234.50"))}
            raise ValidationError(self.error_messages["invalid"], "invalid", example) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def parse_money(text: str) -> Decimal:
    """Return the amount as a reader of the current language means it; raise NumberFormatError."""
    plain = re.sub(r"[\s$]|ARS", "", text)
    if UNGROUPED.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    if not AMOUNT.fullmatch(plain):
        raise NumberFormatError(plain)
    try:
        return parse_decimal(plain, locale=locale(), strict=True)
    except InvalidOperation:
        # Its groups are compared by writing it again, for which it has too many digits.
        raise NumberFormatError(plain) from None


def _shown(amount: Decimal) -> str:
    return format_decimal(amount, "#,##0.00", locale=locale())


def locale() -> str:
    """Return the current language as Babel names it."""
    return LOCALES.get(get_language() or "", "en")


class TextField(forms.CharField):
    """A text kept as it was typed, with line ends as we store them."""

    def __init__(self, max_length: int, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=max_length, required=False, strip=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict:
        # A browser would cut what is pasted at the limit, without a word.
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}
