"""Shows in a form what a service refused, and says what is wrong with a form."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from lims.errors import LimsError


def refuse(form: forms.BaseForm, error: LimsError, *others: forms.BaseForm) -> None:
    """Show what a service refused beside the field that it names, of whichever form; else above the first."""
    places = {each.add_prefix(name): (each, name) for each in (form, *others) for name in each.fields}
    for name, message in error.fields.items():
        where, field = places.get(name, (form, None))
        where.add_error(field, message)
    if not error.fields:
        form.add_error(None, str(error))


def field_errors(*bound: forms.BaseForm) -> dict[str, str]:
    """Return what is wrong with which field, by the name that the page sends."""
    return {
        form.add_prefix(name): " ".join(map(str, errors))
        for form in bound
        for name, errors in form.errors.items()
        if name != NON_FIELD_ERRORS
    }


def sentence_of(form: forms.BaseForm) -> str:
    """Return what is wrong with a form as a whole, as one sentence."""
    return " ".join(map(str, form.non_field_errors())) or _("Something is missing or wrong.")
