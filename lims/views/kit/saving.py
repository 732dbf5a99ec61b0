"""Answers to a page that saves itself: by `kind` its script knows whether to go on saving."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format

from lims.errors import LimsError
from lims.forms.kit.printing import printing_notes
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import wants_json


def page(
    request: AuthenticatedRequest, template: str, context: Mapping[str, Any], status: int
) -> HttpResponse:
    """Draw a page that saves itself; a browser that comes back to it asks for it anew.

    What it keeps of a page that is merely "no-cache" it shows again, without what was saved since.
    """
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def saved(lock_version: int, typed: Iterable[BaseForm]) -> JsonResponse:
    """Tell the script when it was saved, as which version, and what the papers cannot print of it."""
    saved_at = time_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse({"edit_version": lock_version, "saved_at": saved_at, **notes(typed)})


def notes(typed: Iterable[BaseForm]) -> dict[str, Any]:
    """Return what the papers cannot print of valid forms: in a sentence, and for each field."""
    found = printing_notes(typed)
    return {"note": " ".join(dict.fromkeys(found.values())), "notes": found}


def refused(error: LimsError, kind: str) -> JsonResponse:
    """Tell the script why nothing was saved, and what is wrong with which field."""
    return JsonResponse({"error": str(error), "fields": error.fields, "kind": kind}, status=409)


def closed(request: AuthenticatedRequest, error: LimsError, page: str, pk: int) -> HttpResponse:
    """Say that a thing is no longer written, and lead to its page."""
    if wants_json(request):
        return refused(error, "closed")
    messages.error(request, str(error))
    return redirect(page, pk)
