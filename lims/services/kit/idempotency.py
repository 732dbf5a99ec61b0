"""Idempotency keys: a form that is sent twice counts once."""

from django.utils.translation import gettext as _

from lims.errors import Incomplete

KEY_MAX = 64


def require_key(key: str) -> None:
    """Raise Incomplete for an idempotency key that no form of ours has."""
    if len(key) > KEY_MAX or not key.isprintable():
        raise Incomplete(_("This form is damaged. Load its page again."))
