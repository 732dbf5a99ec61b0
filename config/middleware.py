"""Middleware for every request: language, a second factor where it is required, a vet's profile first."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from lims.views.people.accounts import PROFILE_MISSING

# A user without a second factor may enrol one, leave, and load what the pages are made of.
WITHOUT_SECOND_FACTOR = ("/accounts/", "/static/", "/healthz", "/readyz", "/whoami")
# A vet without a profile may also open these.
WITHOUT_PROFILE = (*WITHOUT_SECOND_FACTOR, "/profile/", "/verify/")

GetResponse = Callable[[HttpRequest], HttpResponse]


class UserLanguage:
    """Speaks the user's language; before login, the browser's, else the laboratory's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class SecondFactor:
    """Sends the laboratory's people to enrol a second factor before anything else, where it is required."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MFA_REQUIRED and self._must_enrol(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_enrol(self, request: HttpRequest) -> bool:
        from allauth.mfa.utils import is_mfa_enabled

        if request.path.startswith(WITHOUT_SECOND_FACTOR) or not request.user.is_authenticated:
            return False
        return request.user.is_laboratory and not is_mfa_enabled(request.user)


class Profile:
    """Redirects a vet without a profile to it first.

    Costs no query: the login writes it into the session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(WITHOUT_PROFILE) and PROFILE_MISSING in request.session:
            return redirect("profile")
        return self.get_response(request)
