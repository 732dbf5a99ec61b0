"""Forms of the counter: codes, receptions, corrections and rejections."""

from dataclasses import asdict
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import WorkListFilter, choice_field
from lims.forms.kit.versions import VersionedForm
from lims.models import Protocol
from lims.models.protocols import ProtocolKind
from lims.services.reception.receiving import CONDITIONS, Received

COUNT_LABELS = {
    ProtocolKind.HISTOPATHOLOGY: _("Containers received"),
    ProtocolKind.CYTOLOGY: _("Slides received"),
}


class ReceptionFilter(WorkListFilter):
    filters: ClassVar[tuple[str, ...]] = ("q", "kind")
    column: ClassVar[str] = "submitted_at"

    kind = choice_field(_("Kind"), ProtocolKind.choices)

    def apply(self, rows: QuerySet[Any], protocol: str = "pk") -> QuerySet[Any]:
        kind = self.chosen().get("kind")
        return super().apply(rows.filter(kind=kind) if kind else rows, protocol)


class CodeForm(forms.Form):
    """A code, as a scanner or a hand types it; whatever is read gets an answer."""

    code = forms.CharField(
        label=_("Code"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class ReceptionForm(VersionedForm, forms.Form):
    """A reception; the service alone says what is wrong with it."""

    count = forms.IntegerField(widget=forms.NumberInput(attrs={"min": 1, "autofocus": True}))
    condition = forms.ChoiceField(
        label=_("Sample condition"),
        choices=[(one.value, one.label) for one in CONDITIONS],
        widget=forms.RadioSelect,
    )
    discrepancies = forms.CharField(
        label=_("What differs from what was declared"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A different count is written down by itself. The veterinarian is told of it."),
    )
    notes = forms.CharField(
        label=_("Notes of the laboratory"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, protocol: Protocol, declared: int | None, data: Any = None) -> None:
        super().__init__(data, initial={"count": declared or 1, "condition": CONDITIONS[0]}, row=protocol)
        self.fields["count"].label = COUNT_LABELS[ProtocolKind(protocol.kind)]

    def received(self) -> Received:
        """Return the valid values as `receive_sample` takes them."""
        names = ("condition", "count", "notes", "discrepancies")
        return Received(**{name: self.cleaned_data[name] for name in names})


class CorrectionForm(ReceptionForm):
    """A reception as it was written down, to be put right."""

    reason = forms.CharField(
        label=_("Reason of the correction"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Needed where the count or the differences change: the veterinarian is told of it and reads why."
        ),
    )

    def __init__(self, protocol: Protocol, written: Received, data: Any = None) -> None:
        super().__init__(protocol, None, data)
        self.initial.update(asdict(written))
        # A batch writes down neither, and a correction may leave them empty.
        self.fields["count"].required = written.count is not None
        self.fields["condition"].required = bool(written.condition)


class ReasonForm(VersionedForm, forms.Form):
    """Why a sample is rejected, or its rejection taken back."""

    reason = forms.CharField(
        label=_("Reason"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
