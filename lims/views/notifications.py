"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def notifications(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def read_all(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def open_one(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
