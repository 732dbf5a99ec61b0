"""Open a document's PDF, wait for it, try it again: the same for every cached document type."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lims.requests import AuthenticatedRequest
from lims.services.pdfs.opening import (
    ROUNDS_MAX,
    VISIBLE,
    Inline,
    Ready,
    Waiting,
    open_document,
    render_job,
    retry_render,
)
from lims.views.kit.guard import authenticated, wants_json

if TYPE_CHECKING:
    from actors.models import Job

# What a job's state means to whoever waits for its document.
STATES = {"pending": "queued", "running": "rendering", "done": "ready", "failed": "failed"}
FIRST_POLL_MS = 60
# How long ago a render was asked for, and how long its page then waits before it asks again: a PDF of ten
# lines is there after some 50 ms, and a status costs one row.
POLLS_MS = ((300, 60), (900, 250))
LAST_POLL_MS = 1_000


@require_GET
@authenticated
def open_pdf(request: AuthenticatedRequest, kind: str, pk: int) -> HttpResponse:
    """Lead to the PDF, give it, or say that it is being made."""
    rounds = _rounds(request)
    opened = open_document(request.user, kind, pk, rounds)
    match opened:
        case Ready(url=url):
            response: HttpResponse = HttpResponseRedirect(url)
            response["X-PDF-Cache"] = "hit"
            # Not on the waiting page: its forms would then be posted without an origin, and refused.
            response["Referrer-Policy"] = "no-referrer"
        case Inline():
            response = _inline(opened)
        case Waiting(job_id=job_id):
            response = _waiting(request, kind, pk, job_id, rounds + 1)
            response["X-PDF-Cache"] = "miss"
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@authenticated
def pdf_status(request: AuthenticatedRequest, kind: str, pk: int, job_id: int) -> HttpResponse:
    """Say how the making of a PDF stands: JSON, or the fragment that the waiting page shows."""
    job = render_job(request.user, kind, pk, job_id)
    status = _status(kind, pk, job, max(_rounds(request), 1))
    if wants_json(request):
        response: HttpResponse = JsonResponse(status)
    else:
        retry_url = reverse(f"{_name(kind)}_pdf_retry", args=(pk, job_id))
        context = status | _names(kind, pk) | {"job": job, "retry_url": retry_url}
        response = render(request, "documents/status.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@authenticated
def pdf_retry(request: AuthenticatedRequest, kind: str, pk: int, job_id: int) -> HttpResponse:
    """Make a failed PDF again, and wait for it."""
    retry_render(request.user, kind, pk, job_id)
    if wants_json(request):
        return JsonResponse(_queued(kind, pk, job_id, 1), status=202)
    return redirect(f"{_name(kind)}_pdf", pk)


def _inline(opened: Inline) -> HttpResponse:
    response = HttpResponse(opened.content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, opened.filename) or "inline"
    response["X-PDF-Cache"] = "inline"
    response["Referrer-Policy"] = "no-referrer"
    # Chromium shows a PDF as an embedded object, which the pages' policy forbids.
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response


def _waiting(request: AuthenticatedRequest, kind: str, pk: int, job_id: int, rounds: int) -> HttpResponse:
    queued = _queued(kind, pk, job_id, rounds)
    if wants_json(request):
        return JsonResponse(queued, status=202)
    context = {
        **queued,
        **_names(kind, pk),
        "thing": VISIBLE[kind](request.user).filter(pk=pk).first(),
        "pdf_url": _pdf_url(kind, pk, rounds),
        "last_round_url": _pdf_url(kind, pk, ROUNDS_MAX),
        "again": rounds > 1,
        "job": None,
    }
    return render(request, "documents/waiting.html", context, status=202)


def _queued(kind: str, pk: int, job_id: int, rounds: int) -> dict:
    status_url = reverse(f"{_name(kind)}_pdf_status", args=(pk, job_id))
    return {
        "state": "queued",
        # The first round goes without saying, so that `retry/` can be put behind the plain address.
        "status_url": f"{status_url}?{urlencode({'round': rounds})}" if rounds > 1 else status_url,
        "retry_after_ms": FIRST_POLL_MS,
    }


def _status(kind: str, pk: int, job: "Job", rounds: int) -> dict:
    state = STATES[job.state]
    return {
        "state": state,
        "pdf_url": _pdf_url(kind, pk, rounds),
        "retry_after_ms": retry_after_ms(job),
        "error": _error(job) if state == "failed" else None,
    }


def _error(job: "Job") -> str:
    sentence = _(
        "The PDF could not be made. Try again; if it fails again, give the laboratory the reference %(id)s."
    )
    return sentence % {"id": job.pk}


def retry_after_ms(job: "Job") -> int:
    """Return after how many milliseconds a page that waits for a job asks again."""
    age_ms = (timezone.now() - job.armed_at).total_seconds() * 1_000
    return next((wait_ms for until_ms, wait_ms in POLLS_MS if age_ms < until_ms), LAST_POLL_MS)


def _rounds(request: AuthenticatedRequest) -> int:
    """Return how often this page has come back for its document, as its own URL counts."""
    count = request.GET.get("round", "")
    return min(int(count), ROUNDS_MAX) if count.isascii() and count.isdigit() and len(count) < 5 else 0


def _pdf_url(kind: str, pk: int, rounds: int) -> str:
    url = reverse(f"{_name(kind)}_pdf", args=(pk,))
    return f"{url}?{urlencode({'round': rounds})}"


def _names(kind: str, pk: int) -> dict[str, str]:
    name = _name(kind)
    return {"open_url": reverse(f"{name}_pdf", args=(pk,)), "thing_url": reverse(name, args=(pk,))}


def _name(kind: str) -> str:
    return kind.replace("-", "_")
