"""The micrographs of a draft, as its writing page uploads, describes, orders and removes them."""

from django.http import HttpRequest, HttpResponse

from lims.views.answers import answers


@answers
def report_images(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_image_order(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_image(request: HttpRequest, pk: int, image_pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_image_remove(request: HttpRequest, pk: int, image_pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_image_picture(request: HttpRequest, pk: int, image_pk: int) -> HttpResponse:
    raise NotImplementedError


@answers
def report_images_state(request: HttpRequest, pk: int) -> HttpResponse:
    raise NotImplementedError
