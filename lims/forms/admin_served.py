"""What the admin's forms have in common: the service alone checks rows and writes them."""

from django import forms


class ServedForm(forms.ModelForm):
    def _post_clean(self) -> None:
        """Leave the row as it is: the typed values go to a service."""
