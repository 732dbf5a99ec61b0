"""Forms of one sample's bench: cassettes and slides to be made, and additional requests."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims.models import AdditionalRequest, Cassette, Protocol, RequestKind, Specimen
from lims.models.limits import PK_MAX
from lims.models.processing import CassetteType
from lims.models.protocols import ProtocolKind
from lims.services.bench.cassettes import NewCassette
from lims.services.bench.locking import AT_ONCE_MAX
from lims.services.bench.requests import Wish
from lims.services.bench.slides import USUAL_STAINS, NewSlide

# Offered; others can be typed.
STAINS = (
    "H&E",
    "PAS",
    "Giemsa",
    "Azul de toluidina",
    "Tricrómico de Masson",
    "Ziehl-Neelsen",
    "Grocott",
    "Perls",
)
COLOURS = ("blanco", "rosa", "amarillo", "azul", "verde")
# A count that no form asks for, so that nobody waits for as many fields.
LINES_MAX = 200


class CassetteLine(forms.Form):
    """Cassettes of a specimen, or of none: how many and which."""

    count = forms.IntegerField(
        label=gettext_lazy("Cassettes"), min_value=0, max_value=AT_ONCE_MAX, required=False
    )
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=CassetteType.choices)
    material = forms.CharField(label=gettext_lazy("Material"), max_length=300, required=False)
    colour = forms.CharField(
        label=gettext_lazy("Colour"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"list": "colours", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, specimen: Specimen | None, usual: int) -> None:
        prefix = f"specimen-{specimen.pk}" if specimen else "other"
        initial = {"count": usual, "material": specimen.site if specimen else "", "type": CassetteType.NORMAL}
        super().__init__(data, prefix=prefix, initial=initial)
        self.specimen = specimen

    def specs(self) -> list[NewCassette]:
        values = self.cleaned_data
        pk = self.specimen.pk if self.specimen else None
        one = NewCassette(pk, values["material"], values["type"], values["colour"])
        return [one] * (values["count"] or 0)


class MakingForm(forms.Form):
    """The last number that was given, as whoever sends the form has seen it."""

    last = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.cleaned_data.get("last") is None:
            raise ValidationError(_("This form is damaged. Load its page again."))

    def take_last(self, last: int) -> None:
        """Go on from what was made meanwhile: who sends the form again has seen it."""
        assert isinstance(self.data, QueryDict)
        seen = self.data.copy()
        seen["last"] = str(last)
        self.data = seen


class CassettesForm(MakingForm):
    """The cassettes to be made of a sample, a line for each of its specimens; one each is usual."""

    def __init__(self, protocol: Protocol, specimens: Sequence[Specimen], data: Any = None) -> None:
        super().__init__(data, initial={"last": protocol.last_cassette}, auto_id="cassettes_%s")
        usual = 0 if protocol.last_cassette else 1
        named = [CassetteLine(data, specimen, usual) for specimen in specimens[:LINES_MAX]]
        self.lines = [*named, CassetteLine(data, None, 0 if named else usual)]

    def is_valid(self) -> bool:
        # Each of them, so that each says what is wrong with it.
        return all([super().is_valid(), *(line.is_valid() for line in self.lines)])

    def specs(self) -> list[NewCassette]:
        return [spec for line in self.lines for spec in line.specs()]


class SlidesForm(MakingForm):
    """The slides to be made of a sample: of each cassette one, or all of them on one; of cells so many."""

    cassettes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Cassettes"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    together = forms.BooleanField(label=gettext_lazy("All of them on one slide"), required=False)
    stain = forms.CharField(
        label=gettext_lazy("Stain"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "stains", "autocomplete": "off"}),
    )
    copies = forms.IntegerField(label=gettext_lazy("Of each"), min_value=1, max_value=AT_ONCE_MAX)
    request = forms.IntegerField(required=False, min_value=1, max_value=PK_MAX, widget=forms.HiddenInput)

    def __init__(
        self,
        protocol: Protocol,
        cassettes: Sequence[Cassette],
        data: Any = None,
        wanted: AdditionalRequest | None = None,
    ) -> None:
        kind = ProtocolKind(protocol.kind)
        initial = {"last": protocol.last_slide, "stain": USUAL_STAINS[kind], "copies": 1} | _asked(wanted)
        super().__init__(data, initial=initial, auto_id="slides_%s")
        if kind == ProtocolKind.CYTOLOGY:
            del self.fields["cassettes"], self.fields["together"]
            self.fields["copies"].label = _("Slides")
            return
        field = self.fields["cassettes"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(each.pk, f"{each.code} {each.material}".strip()) for each in cassettes]

    def specs(self) -> list[NewSlide]:
        values = self.cleaned_data
        return [
            NewSlide(shown, values["stain"], values["request"])
            for shown in self._shown()
            for _copy in range(values["copies"])
        ]

    def _shown(self) -> Iterator[tuple[int, ...]]:
        chosen = self.cleaned_data.get("cassettes", [])
        if self.cleaned_data.get("together") or not chosen:
            yield tuple(chosen)
        else:
            yield from ((pk,) for pk in chosen)


def _asked(wanted: AdditionalRequest | None) -> dict[str, Any]:
    """Return what a request says of the slides that answer it; what it leaves open stays as usual."""
    if wanted is None:
        return {}
    initial = {"stain": wanted.stain, "cassettes": [wanted.cassette_id] if wanted.cassette_id else None}
    return {"request": wanted.pk} | {name: value for name, value in initial.items() if value}


class RequestForm(forms.Form):
    """An additional request of a pathologist."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=RequestKind.choices)
    cassette = forms.TypedChoiceField(
        label=gettext_lazy("Cassette"), coerce=int, required=False, empty_value=None
    )
    stain = forms.CharField(
        label=gettext_lazy("Stain"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "stains", "autocomplete": "off"}),
    )
    detail = forms.CharField(
        label=gettext_lazy("Detail"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, protocol: Protocol, cassettes: Sequence[Cassette], data: Any = None) -> None:
        super().__init__(data, auto_id="wish_%s")
        kind, cassette = self.fields["kind"], self.fields["cassette"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(cassette, forms.TypedChoiceField)
        if protocol.kind == ProtocolKind.CYTOLOGY:
            del self.fields["cassette"]
            kind.choices = [one for one in RequestKind.choices if one[0] != RequestKind.MORE_CUTS]
        else:
            cassette.choices = [("", "–"), *((each.pk, each.code) for each in cassettes)]

    def wish(self) -> Wish:
        values = self.cleaned_data
        return Wish(RequestKind(values["kind"]), values.get("cassette"), values["stain"], values["detail"])
