"""Forms of a draft protocol: the patient, how the sample was taken, and its specimens."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.fields import MoneyField, TextField, locale
from lims.forms.kit.service_forms import ServiceForm
from lims.forms.kit.versions import VersionedForm
from lims.models import CytologySample, HistopathologySample, Protocol, Specimen
from lims.models.processing import Side
from lims.services.protocols.submission_content import (
    COUNT_MAX,
    FIELDS,
    LETTERS,
    SAMPLE_FIELDS,
    SPECIMEN_FIELDS,
    Content,
    SpecimenRow,
)

SIDES = [(value, label if value else "–") for value, label in Side.choices]
ROW = re.compile(r"specimen-(\d{1,4})-[a-z]+")
SPECIES = (
    _("Canine"),
    _("Feline"),
    _("Equine"),
    _("Bovine"),
    _("Ovine"),
    _("Porcine"),
    _("Rabbit"),
    _("Bird"),
)
PRESERVATIONS = (_("Formalin 10 %"), _("Bouin's solution"), _("Fresh, cooled"), _("Alcohol 70 %"))


class WeightField(MoneyField):
    """A weight, shown and read as `12,5` or, in English, `12.5`."""

    default_error_messages = {"invalid": _("Enter a weight, such as %(example)s.")}

    def prepare_value(self, value: Any) -> Any:
        return format_decimal(value, "0.##", locale=locale()) if isinstance(value, Decimal) else value


class CountField(forms.IntegerField):
    """A count of at least one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=COUNT_MAX, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class PatientForm(VersionedForm, ServiceForm):
    version_name = "edit_version"
    weight_kg = WeightField(label=_("Weight (kg)"), required=False)
    presumptive_diagnosis = TextField(5_000, 2, label=_("Presumptive diagnosis"))
    clinical_history = TextField(10_000, 5, label=_("Clinical history"))

    class Meta:
        model = Protocol
        fields = FIELDS
        widgets = {
            "collected_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "species": forms.TextInput(attrs={"list": "species"}),
        }
        labels = {"academic_use": _("The owner consents to academic use of the case, without names")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A draft may lack them; submitting asks for them.
        self.fields["animal"].required = self.fields["species"].required = False
        for name in self.fields:
            self.fields[name].widget.attrs["autocomplete"] = "off"


class HistopathologyForm(ServiceForm):
    containers_declared = CountField(label=_("Containers"))

    class Meta:
        model = HistopathologySample
        fields = SAMPLE_FIELDS[HistopathologySample]
        widgets = {"preservation": forms.TextInput(attrs={"list": "preservations"})}


class CytologyForm(ServiceForm):
    slides_declared = CountField(label=_("Slides"))

    class Meta:
        model = CytologySample
        fields = SAMPLE_FIELDS[CytologySample]


class SpecimenForm(forms.Form):
    """One specimen; its number on the page is in the names of its fields."""

    label = forms.CharField(label=_("Label"), max_length=60, required=False)
    site = forms.CharField(label=_("Site"), max_length=200, required=False)
    side = forms.ChoiceField(label=_("Side"), choices=SIDES, required=False)
    procedure = forms.CharField(label=_("Procedure"), max_length=200, required=False)
    pieces = CountField(label=_("Pieces"))

    def __init__(
        self,
        row: int | str,
        has_pieces: bool,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=f"specimen-{row}", initial=initial)
        self.row = row
        if not has_pieces:
            del self.fields["procedure"], self.fields["pieces"]
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def typed(self) -> SpecimenRow:
        """Return what is typed here; only of a valid form."""
        assert isinstance(self.row, int)
        return SpecimenRow(self.row, **self.cleaned_data)


class Submission:
    """All that is typed of a draft, in the parts that the page shows."""

    def __init__(
        self,
        draft: Protocol,
        sample: HistopathologySample | CytologySample,
        specimens: Sequence[Specimen],
        data: QueryDict | None = None,
    ) -> None:
        self.data, self.is_bound = data, data is not None
        self.has_pieces = isinstance(sample, HistopathologySample)
        form = HistopathologyForm if isinstance(sample, HistopathologySample) else CytologyForm
        self.patient = PatientForm(data, instance=draft)
        self.sample: forms.ModelForm = form(data, instance=sample)
        self.specimens = self._bound(specimens) if data is not None else self._shown(specimens)
        # The script copies the blank one; without scripts there is one extra.
        self.blank = SpecimenForm("__row__", self.has_pieces, initial={"pieces": 1})
        following = max((int(form.row) for form in self.specimens), default=-1) + 1
        self.extra = SpecimenForm(following, self.has_pieces, initial={"pieces": 1})

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.parts())

    def content(self) -> Content:
        """Return the valid content as `save_draft` takes it."""
        patient = {name: self.patient.cleaned_data[name] for name in FIELDS}
        return Content(patient, self.sample.cleaned_data, [form.typed() for form in self.specimens])

    def printed(self) -> Iterator[forms.BaseForm]:
        """Return the valid forms whose texts papers show."""
        return (form for form in self.parts() if form.is_valid())

    def parts(self) -> list[forms.BaseForm]:
        return [self.patient, self.sample, *self.specimens]

    def _bound(self, specimens: Sequence[Specimen]) -> list[SpecimenForm]:
        assert self.data is not None
        found = {int(match[1]) for name in self.data if (match := ROW.fullmatch(name))}
        saved = [_values(specimen) for specimen in specimens]
        return [
            SpecimenForm(row, self.has_pieces, self.data, initial=saved[at] if at < len(saved) else None)
            for at, row in enumerate(sorted(found))
        ]

    def _shown(self, specimens: Sequence[Specimen]) -> list[SpecimenForm]:
        rows: list[dict[str, Any]] = [_values(specimen) for specimen in specimens]
        rows = rows or [{"label": LETTERS[0], "pieces": 1}]
        return [SpecimenForm(row, self.has_pieces, initial=values) for row, values in enumerate(rows)]


def _values(specimen: Specimen) -> dict[str, Any]:
    return {name: getattr(specimen, name) for name in SPECIMEN_FIELDS}
