"""Forms of a draft: its texts, diagnoses and cassettes, and the description of an image."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.db.models import Field
from django.forms import BoundField
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.fields import TextField
from lims.forms.kit.service_forms import ServiceForm
from lims.forms.kit.versions import VersionedForm
from lims.forms.reports.synoptic import SynopticField, SynopticRow
from lims.models import Report, ReportCassette, ReportDiagnosis, ReportImage
from lims.models.reports import TEXT_FIELDS, TEXT_MAX

SHORT_TEXT_MAX = 5_000
REST = ("external_results", "pending_tests", "critical_result")


class DiagnosisPart(NamedTuple):
    row: ReportDiagnosis
    diagnosis: BoundField
    synoptic: BoundField


class CassettePart(NamedTuple):
    row: ReportCassette
    observation: BoundField
    partial_diagnosis: BoundField


class DraftForm(VersionedForm, forms.Form):
    """All that is typed into a draft; its fields follow the report's own specimens and cassettes."""

    version_name = "edit_version"
    is_preliminary = forms.BooleanField(
        label=_("Preliminary report"),
        required=False,
        help_text=_("Page 1 says that results are still pending."),
    )

    def __init__(
        self,
        report: Report,
        diagnoses: Sequence[ReportDiagnosis],
        cassettes: Sequence[ReportCassette],
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, row=report)
        self.diagnoses, self.cassettes = diagnoses, cassettes
        # What is typed is in the language of the PDF: spelling is checked in it.
        self.language = report.protocol.veterinarian.user.language
        self.initial["is_preliminary"] = report.is_preliminary
        for name in TEXT_FIELDS:
            label = capfirst(cast(Field, Report._meta.get_field(name)).verbose_name)
            self._add(name, TextField(TEXT_MAX, 3, label=label), getattr(report, name))
        for row in diagnoses:
            self._add_diagnosis(row)
        for part in cassettes:
            self._add_cassette(part)

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXT_FIELDS}

    def typed_diagnoses(self) -> list[tuple[int, str, list[SynopticRow]]]:
        """Return pk, diagnosis and synoptic rows of each specimen."""
        names = ((row.pk, f"diagnosis-{row.pk}", f"synoptic-{row.pk}") for row in self.diagnoses)
        return [(pk, self.cleaned_data[text], self.cleaned_data[rows]) for pk, text, rows in names]

    def typed_cassettes(self) -> list[tuple[int, str, str]]:
        """Return pk, observation and partial diagnosis of each cassette."""
        names = ((row.pk, f"observation-{row.pk}", f"partial_diagnosis-{row.pk}") for row in self.cassettes)
        return [(pk, self.cleaned_data[text], self.cleaned_data[partial]) for pk, text, partial in names]

    def diagnosis_parts(self) -> Iterator[DiagnosisPart]:
        for row in self.diagnoses:
            yield DiagnosisPart(row, self[f"diagnosis-{row.pk}"], self[f"synoptic-{row.pk}"])

    def cassette_parts(self) -> Iterator[CassettePart]:
        for row in self.cassettes:
            yield CassettePart(row, self[f"observation-{row.pk}"], self[f"partial_diagnosis-{row.pk}"])

    @property
    def has_rest(self) -> bool:
        """Whether anything stands, or is wrong, in the sections that most reports do without."""
        return any(self[name].value() or self[name].errors for name in REST)

    def _add(self, name: str, field: forms.Field, initial: object) -> None:
        field.widget.attrs["lang"] = self.language
        self.fields[name] = field
        self.initial[name] = initial

    def _add_diagnosis(self, row: ReportDiagnosis) -> None:
        text = TextField(SHORT_TEXT_MAX, 2, label=row.heading)
        table = SynopticField(label=_("Synoptic table"), required=False)
        self._add(f"diagnosis-{row.pk}", text, row.diagnosis)
        self._add(f"synoptic-{row.pk}", table, row.synoptic)

    def _add_cassette(self, row: ReportCassette) -> None:
        observation = TextField(TEXT_MAX, 2, label=_("Observation"))
        partial = TextField(SHORT_TEXT_MAX, 1, label=_("Partial diagnosis"))
        self._add(f"observation-{row.pk}", observation, row.observation)
        self._add(f"partial_diagnosis-{row.pk}", partial, row.partial_diagnosis)


class ImageForm(ServiceForm):
    class Meta:
        model = ReportImage
        fields = ["caption", "magnification", "stain"]
        widgets = {
            "caption": forms.Textarea(attrs={"rows": 2}),
            "magnification": forms.TextInput(attrs={"list": "magnifications"}),
            "stain": forms.TextInput(attrs={"list": "stains"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_image-{self.instance.pk}-%s"
        for name in self.fields:
            self.fields[name].widget.attrs["autocomplete"] = "off"
