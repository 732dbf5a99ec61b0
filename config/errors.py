"""The answer to an exception that nothing else answered; while the database is away, a plain 503."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 10


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
    if "application/json" in request.headers.get("Accept", ""):
        body = '{"error": "The server cannot answer at the moment.", "fields": {}}'
        return HttpResponse(body, "application/json", status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
