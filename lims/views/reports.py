"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def report(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def amend(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def withdraw(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
