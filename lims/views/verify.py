"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def verify(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def verify_report(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
