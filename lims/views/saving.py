"""How a page that saves itself is answered: by `kind` its script knows whether to go on saving."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format

from lims.errors import LimsError
from lims.views.answers import wants_json


def saved(edit_version: int, note: str) -> JsonResponse:
    """Tell the script when it was saved, as which version, and what the papers cannot print of it."""
    saved_at = time_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse({"edit_version": edit_version, "saved_at": saved_at, "note": note})


def refused(error: LimsError, kind: str) -> JsonResponse:
    """Tell the script why nothing was saved, and what is wrong with which field."""
    fields = getattr(error, "fields", {})
    return JsonResponse({"error": str(error), "fields": fields, "kind": kind}, status=409)


def closed(request: HttpRequest, error: LimsError, page: str, pk: int) -> HttpResponse:
    """Say that a thing is no longer written, and lead to its page."""
    if wants_json(request):
        return refused(error, "closed")
    messages.error(request, str(error))
    return redirect(page, pk)
