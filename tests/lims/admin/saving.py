"""Saves forms of the admin as a browser does: with all that their pages say, hidden or not."""

from datetime import date

from django import forms


def save(admin, url: str, values: dict):
    """Return the answer to these values, typed into a page that was just opened."""
    form = admin.get(url).context["adminform"].form
    return admin.post(url, {bound.html_name: bound.value() for bound in form.hidden_fields()} | values)


def posted(form: forms.BaseForm) -> dict[str, str]:
    """Return what a browser sends of a form that is shown like this."""
    values = {bound.html_name: _sent(bound.value()) for bound in form}
    return {name: value for name, value in values.items() if value is not None}


def _sent(value) -> str | None:
    if isinstance(value, bool):
        return "on" if value else None
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
