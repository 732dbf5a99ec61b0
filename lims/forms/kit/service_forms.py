"""Forms of rows: the service alone checks and writes them; the admin finds a second editor by a digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from lims.services.kit.texts import normalize


class ServiceForm(forms.ModelForm):
    def _post_clean(self) -> None:
        """Leave the row as it is: the typed values go to a service."""


class StaleCheckedForm(ServiceForm):
    """Knows, by a hidden digest, what the row said when it was shown: for rows that have no version."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["shown"] = self._digest()

    def overwrites(self, row: models.Model) -> bool:
        """Return whether a save would undo what somebody else has made of the row since it was shown.

        A save that is repeated, as by a second click, finds its own values, and undoes nothing.
        """
        changed = type(self)(as_stored(self.data), self.files, instance=row).changed_data
        return "shown" in changed and len(changed) > 1

    def _digest(self) -> str:
        values = {
            field.name: str(field.value_from_object(self.instance))
            for field in self.instance._meta.concrete_fields
            if field.name in self.fields
        }
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def as_stored(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as rows keep it: browsers send other ends of lines than what they were shown."""
    return {name: normalize(value) for name, value in data.items()}


def as_read(bound: forms.BoundField) -> str:
    """Return a field's saved value in the words in which a reader knows it."""
    value, field = bound.initial, bound.field
    if isinstance(field, forms.ChoiceField):
        return str(dict(cast(Any, field.choices)).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return field.widget.format_value(field.prepare_value(value)) or _("(empty)")
