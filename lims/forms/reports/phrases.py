"""Reusable texts as they are typed."""

from django import forms

from lims.models import Phrase


class PhraseForm(forms.ModelForm):
    """A reusable text with the title that it is found by."""

    class Meta:
        model = Phrase
        fields = ["title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def _post_clean(self) -> None:
        """Leave the phrase as it is: the service alone checks and writes it."""
