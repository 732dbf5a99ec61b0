"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def finalize(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def status(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404


def retry(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
