"""Types for what Django's own do not say."""

from django.http import HttpRequest

from lims.models import User


class AuthenticatedRequest(HttpRequest):
    """A request whose user is logged in: `@authenticated`, or the admin, saw to it."""

    user: User
