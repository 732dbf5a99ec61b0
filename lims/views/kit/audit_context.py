"""What is changed by a request is changed in its user's name."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from actors.acting import acting


class Acting:
    """Middleware: has the history of what is tracked say who posted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever only reads changes nothing that is tracked.
        if request.method != "POST":
            return self.get_response(request)
        with acting(request.user.pk):
            return self.get_response(request)
