"""What waits to be written, oldest first."""

from django.http import HttpRequest, HttpResponse

from lims.views.answers import answers


@answers
def report_worklist(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
