"""Shows in a form what a service refused."""

from django import forms

from lims.errors import LimsError


def refuse(form: forms.BaseForm, error: LimsError) -> None:
    """Show what a service refused: beside its field where it names one, else above the form."""
    fields = getattr(error, "fields", {})
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not fields:
        form.add_error(None, str(error))
