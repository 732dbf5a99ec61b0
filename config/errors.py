"""The 404 and 500 handlers; while the database is away, a plain 503."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 10


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 404 in HTML or JSON."""
    if _wants_json(request):
        return JsonResponse({"error": _("There is no such page."), "fields": {}}, status=404)
    return page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 503 for an unreachable database, else 500; neither page needs the database."""
    error = sys.exc_info()[1]
    away = isinstance(error, (OperationalError, InterfaceError))
    log.error("request failed", path=request.path, error=type(error).__name__)
    response = _answer(request, 503 if away else 500)
    if away:
        response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if _wants_json(request):
        error = _("The server cannot answer at the moment. Try again in a few seconds.")
        return JsonResponse({"error": error, "fields": {}}, status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
