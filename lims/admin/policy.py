"""The one place where the admin gets a laxer Content-Security-Policy; docs/decisions/0001 says why."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

RELAXED = {
    # Alpine, which unfold's pages are written in, makes functions of what stands in attributes,
    "script-src": ["'self'", "'unsafe-eval'"],
    # and fades the bar of actions in and out through style attributes; style elements stay forbidden.
    "style-src-attr": ["'unsafe-inline'"],
}


class AdminPolicy:
    """Middleware: lets the admin's own pages, and nothing else, evaluate what stands in their attributes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.namespaces[:1] == ["admin"]:
            response._csp_update = RELAXED  # type: ignore[attr-defined]
        return response
