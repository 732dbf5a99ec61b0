"""Which months an administrator looks at."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

MONTHS = (6, 12, 24, 36)
USUAL = 12


class StatisticsFilter(forms.Form):
    """So many months back, the present one among them; what makes no sense is ignored."""

    months = forms.TypedChoiceField(
        label=_("Period"),
        required=False,
        coerce=int,
        empty_value=cast(Any, USUAL),
        choices=[(count, _("Last %(count)s months") % {"count": count}) for count in MONTHS],
    )

    def count(self) -> int:
        self.is_valid()
        return self.cleaned_data.get("months", USUAL)
