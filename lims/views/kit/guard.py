"""One home for who is asking and in which form: login, refusals and errors become HTML or JSON here."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import structlog
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims import errors
from lims.forms.kit.refusing import field_errors
from pdfcache.errors import DocumentGone, RenderError, StoreError

log = structlog.get_logger(__name__)

View = Callable[..., HttpResponseBase]


class Answer(NamedTuple):
    """Answer to an error; without a sentence of its own it has the error's, which services translate."""

    status: int
    template: str
    sentence: str | Promise = ""
    retry_after_s: int = 0


_GONE = Answer(404, "404.html", gettext_lazy("There is no such page, or it is not yours to see."))
_FORBIDDEN = Answer(403, "403.html", gettext_lazy("You may not do this."))
_CONFLICT = Answer(409, "409.html")
_AWAY = gettext_lazy("The documents' store does not answer. Try again in a few seconds.")
_UNDRAWABLE = gettext_lazy("This document cannot be drawn. Trying again does not help: tell the laboratory.")

_ANSWERS: dict[type[Exception], Answer] = {
    Http404: _GONE,
    errors.NotVisible: _GONE,
    DocumentGone: _GONE,
    PermissionDenied: _FORBIDDEN,
    errors.NotAllowed: Answer(403, "403.html"),
    errors.Incomplete: _CONFLICT,
    errors.InvalidTransition: _CONFLICT,
    errors.StaleEdit: _CONFLICT,
    errors.TooManyRenders: Answer(429, "429.html", retry_after_s=60),
    errors.Busy: Answer(503, "busy.html", retry_after_s=5),
    StoreError: Answer(503, "busy.html", _AWAY, retry_after_s=10),
    RenderError: Answer(500, "failed.html", _UNDRAWABLE),
}


def authenticated(view: View) -> View:
    """Require a login, and answer what the view raises; HTML or JSON, as the request prefers."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs) if request.user.is_authenticated else _log_in(request)
        except tuple(_ANSWERS) as error:
            response = refused(request, error)
        patch_vary_headers(response, ["Accept"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answer


def wants_json(request: HttpRequest) -> bool:
    """Return whether the request would rather have JSON than HTML."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def error_json(error: errors.LimsError, status: int) -> JsonResponse:
    """Return a refusal as JSON: a sentence, and what is wrong with which field."""
    return JsonResponse({"error": str(error), "fields": error.fields}, status=status)


def form_errors(form: BaseForm, status: int, rows: BaseFormSet | None = None) -> JsonResponse:
    """Return what is wrong with a form, and with its rows, as JSON: a sentence, and what is wrong where."""
    sentences = [*form.non_field_errors(), *(rows.non_form_errors() if rows else ())]
    sentence = " ".join(map(str, sentences)) or _("Something is missing or wrong.")
    fields = field_errors(form, *(rows.forms if rows else ()))
    return JsonResponse({"error": sentence, "fields": fields}, status=status)


def _log_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": _("Log in first."), "fields": {}}, status=401)
    return redirect_to_login(request.get_full_path())


def refused(request: HttpRequest, error: Exception, template: str = "") -> HttpResponse:
    """Return what is answered to an error that `answers` knows, on its own page unless another is named."""
    answer = next(answer for kind, answer in _ANSWERS.items() if isinstance(error, kind))
    context = {"sentence": str(answer.sentence or error), "reference": ""}
    if answer.status >= 500:
        context["reference"] = uuid.uuid4().hex[:8]
        log.error("refused", path=request.path, reference=context["reference"], error=str(error))
    if wants_json(request):
        fields = getattr(error, "fields", {})
        response: HttpResponse = JsonResponse(
            {"error": context["sentence"], "fields": fields}, status=answer.status
        )
    else:
        response = render(request, template or answer.template, context, status=answer.status)
    if answer.retry_after_s:
        response["Retry-After"] = str(answer.retry_after_s)
    return response
