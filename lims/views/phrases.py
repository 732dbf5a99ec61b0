"""Reusable texts: the page that manages them, and the list that the writing page inserts from."""

from django.http import HttpRequest, HttpResponse

from lims.views.answers import answers


@answers
def phrases(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


@answers
def phrase(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def phrase_remove(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError
