"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def deliveries(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def resend(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def settle(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
