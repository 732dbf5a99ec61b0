"""Filters of the bench's work lists, and the form that marks their rows."""

import re
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lims.errors import Incomplete, LimsError
from lims.forms.kit.listing import KeysetFilter, choice_field, search_field, search_protocols
from lims.forms.kit.parsing import typed_pk
from lims.forms.operations.operations import these
from lims.models import Cassette, Protocol, Slide
from lims.models.limits import PK_MAX
from lims.models.processing import SlideQuality
from lims.models.protocols import ProtocolKind
from lims.services.bench.worklists import Step

# A label as it is scanned: a sample's number, and which of its cassettes or slides.
LABEL = re.compile(r"(?P<number>[a-z]{2} \d{2}/\d+)-(?P<letter>[cs])\d+", re.IGNORECASE)
LETTERS = {Cassette: "C", Slide: "S"}


class BenchFilter(KeysetFilter):
    """Filters of a work list; what is expected first stands first."""

    filters: ClassVar = ("stage", "q", "kind")
    column = "due"

    stage = forms.ChoiceField(required=False, choices=Step.choices, widget=forms.HiddenInput)
    q = search_field(_("Number, code, animal, owner, veterinarian..."))
    kind = choice_field(_("Kind"), ProtocolKind.choices)

    @staticmethod
    def parse(text: str) -> date | None:
        return parse_date(text)

    def step(self) -> Step:
        """Return whose list is asked for; the first where that makes no sense."""
        return Step(self.chosen().get("stage", Step.BEGIN))

    def searched(self) -> dict:
        """Return the filters that are set, without whose list it is."""
        return {name: value for name, value in self.chosen().items() if name != "stage"}

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        own = "" if issubclass(rows.model, Protocol) else "protocol__"
        chosen = self.chosen()
        if "kind" in chosen:
            rows = rows.filter(**{f"{own}kind": chosen["kind"]})
        return _found(rows, own, chosen["q"].strip()) if "q" in chosen else rows

    def page(self) -> dict:
        """Return what the address of this page says beside the filters, nothing on the first."""
        return {} if self.is_first() else {"after": self.cleaned_data["after"]}


class MarkForm(forms.Form):
    """Rows chosen on the bench, what is marked on them, and the page on which that was done."""

    step = forms.ChoiceField(choices=Step.choices)
    quality = forms.ChoiceField(choices=SlideQuality.choices, required=False)
    stain = forms.CharField(required=False)
    back = forms.IntegerField(required=False, min_value=1, max_value=PK_MAX)
    filter = forms.CharField(required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="mark_%s")

    def wanted(self) -> Step:
        """Return which step is marked; raise Incomplete where there is none such."""
        if not self.is_valid() and "step" in self.errors:
            raise Incomplete(gettext("This form is damaged. Load its page again."))
        return Step(self.cleaned_data["step"])

    def quality_of_slides(self) -> SlideQuality:
        """Return how good the slides are; raise Incomplete where that is not said."""
        if quality := self.cleaned_data.get("quality"):
            return SlideQuality(quality)
        raise Incomplete(gettext("Say how good the slides are."), {"quality": gettext("Choose one.")})

    def ids(self, name: str) -> list[int]:
        """Return the chosen things of a kind; raise Incomplete where there are none, or one is no id."""
        assert isinstance(self.data, QueryDict)
        return list(these(self.data.getlist(name)).selection.ids or ())

    def seen(self) -> dict[int, str]:
        """Return how good the slides were said to be where this was sent from."""
        assert isinstance(self.data, QueryDict)
        pairs = (one.partition("-") for one in self.data.getlist("seen"))
        return {pk: quality for typed, _sep, quality in pairs if (pk := typed_pk(typed))}

    def ticked(self, name: str) -> set[int]:
        """Return the chosen things of a kind, as far as they are any; none where nothing was sent."""
        assert isinstance(self.data, MultiValueDict)
        return {pk for one in self.data.getlist(name) if (pk := typed_pk(one))}

    def back_pk(self) -> int | None:
        """Return the protocol from whose bench this was sent, None for a work list."""
        self.is_valid()
        return self.cleaned_data.get("back")

    def back_list(self) -> BenchFilter:
        """Return the filter of the work list from which this was sent, with its page."""
        self.is_valid()
        return BenchFilter(QueryDict(self.cleaned_data.get("filter", "")))

    def back_url(self) -> str:
        """Return the protocol's bench or the work list, as it was filtered, from which this was sent."""
        if pk := self.back_pk():
            return reverse("protocol_processing", args=(pk,))
        # Its first page: who has marked something goes on with what is expected next.
        return f"{reverse('processing')}?{urlencode(self.back_list().chosen())}"

    def refuse(self, error: LimsError) -> None:
        """Say why nothing was marked, and beside its field what is wrong there."""
        self.is_valid()
        self.add_error(None, str(error))
        for name, message in error.fields.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, message)


def _found(rows: QuerySet[Any], own: str, text: str) -> QuerySet[Any]:
    label = LABEL.fullmatch(text)
    if label is None:
        return rows.filter(**{f"{own}pk__in": search_protocols(text).values("pk")})
    if LETTERS.get(rows.model) == label["letter"].upper():
        return rows.filter(code=text.upper())
    return rows.filter(**{f"{own}number": label["number"].upper()})
