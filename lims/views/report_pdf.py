"""To be written."""

from django.http import Http404, HttpRequest, HttpResponse


def open_pdf(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    raise Http404
