"""Permissions by role; which rows somebody sees stands in each model's `visible_to`."""

from django.utils.translation import gettext as _

from lims.errors import NotAllowed
from lims.models import User


def require_admin(by: User) -> None:
    """Raise NotAllowed for everybody but administrators."""
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators may do this."))


def require_laboratory(by: User) -> None:
    """Raise NotAllowed for everybody who does not work in the laboratory."""
    if not by.is_laboratory:
        raise NotAllowed(_("Only the laboratory's staff may do this."))
