"""Middleware that names the user of each change to the database's history."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from actors.acting import acting


class Acting:
    """Middleware: the history of what a POST changes names its user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A reader changes nothing that is tracked.
        if request.method != "POST":
            return self.get_response(request)
        with acting(request.user.pk):
            return self.get_response(request)
