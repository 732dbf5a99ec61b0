"""The second editor at a form: each form of a row with a `lock_version` sends back the one that was shown."""

from typing import Any, ClassVar

from django import forms

from lims.forms.kit.parsing import replaced
from lims.services.kit.versions import Versioned


class VersionedForm(forms.BaseForm):
    """Knows which version of its row its reader saw; what is sent without one counts as outdated."""

    # Name of the field on the page and in JSON.
    version_name: ClassVar[str] = "version"

    def __init__(self, *args: Any, row: Versioned | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.version_name] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        if row := row or getattr(self, "instance", None):
            self.initial[self.version_name] = row.lock_version

    @property
    def lock_version(self) -> int:
        """The version that the reader of a valid form saw; 0, which no row has, where none was sent."""
        return self.cleaned_data[self.version_name] or 0

    def rebase(self, lock_version: int) -> None:
        """Let the next save of what is typed here replace the version that its reader now sees beside it."""
        self.data = replaced(self.data, self.version_name, lock_version)
