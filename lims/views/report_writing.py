"""The pages on which a report is written: begin, write, amend, discard."""

from django.http import HttpRequest, HttpResponse

from lims.views.answers import answers


@answers
def report_write(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_discard(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_amend(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_changes(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_begin(request: HttpRequest, protocol_pk: int) -> HttpResponse:
    raise NotImplementedError
