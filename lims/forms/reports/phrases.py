"""Reusable texts as they are typed."""

from django import forms

from lims.forms.kit.service_forms import ServiceForm
from lims.models import Phrase


class PhraseForm(ServiceForm):
    """A reusable text with the title that it is found by."""

    class Meta:
        model = Phrase
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
