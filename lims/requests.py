"""The type of a request whose user has logged in."""

from typing import cast

from django.http import HttpRequest

from lims.models import User


class AuthenticatedRequest(HttpRequest):
    """A request whose user has logged in; only the type checker sees it."""

    user: User


def user_of(request: HttpRequest) -> User:
    """Return the user of a request that came through the admin's login."""
    return cast(User, request.user)
