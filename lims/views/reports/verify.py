"""The public page that says whether a report is the laboratory's, and the latest."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.services.reports import verification
from lims.views.kit.guard import wants_json
from lims.views.kit.rate_limits import seconds_to_wait

# Per client. A person with a pile of papers stays below it; who guesses codes of 59 bits gets nowhere.
LIMIT = 60
WINDOW_S = 60
# Beside it the words of the states: superseded, withdrawn.
AUTHENTIC = "authentic"

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Answer without a login, seldom enough for one client, and leave no trace of the address elsewhere."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wait_s = seconds_to_wait(request, "verify", LIMIT, WINDOW_S)
        response = _too_many(request, wait_s) if wait_s else view(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "no-store"
        return response

    return answer


@require_safe
@public
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the short code; a known one leads to its report's page."""
    code = request.GET.get("code", "")
    if not code.strip():
        return render(request, "verify/ask.html")
    token = verification.by_code(code)
    return redirect("verify_report", token) if token else _unknown(request, code)


@require_safe
@public
def verify_report(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the laboratory knows of a token; whatever was not issued gets one and the same answer."""
    found = verification.find(token)
    return _known(request, found) if found else _unknown(request)


def _known(request: HttpRequest, found: verification.Verified) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(_json(found))
    return render(request, "verify/verdict.html", {"found": found, "verdict": _verdict(found)})


def _unknown(request: HttpRequest, code: str = "") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"state": "unknown"})
    return render(request, "verify/unknown.html", {"code": code})


def _too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    sentence = _("Too many questions within a minute. Wait a moment, then try again.")
    if wants_json(request):
        response: HttpResponse = JsonResponse({"error": sentence, "fields": {}}, status=429)
    else:
        response = render(request, "verify/too_many.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(wait_s)
    return response


def _verdict(found: verification.Verified) -> str:
    return AUTHENTIC if found.is_current else str(found.status)


def _json(found: verification.Verified) -> dict:
    return {
        "state": _verdict(found),
        "number": found.number,
        "version": found.version,
        "newest_version": found.newest_version,
        "issued_at": found.issued_at,
        "withdrawn_at": found.withdrawn_at,
        "laboratory": found.laboratory,
        "signed_by": found.signer,
        "pages": found.pages,
        "size_bytes": found.size_bytes,
        "sha256": found.sha256,
    }
