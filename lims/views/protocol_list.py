"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def protocols(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
