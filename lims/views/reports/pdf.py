"""A report's PDF: the issued bytes out of the archive, or the author's preview of a draft."""

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lims.errors import LimsError
from lims.models import Report, ReportStatus, User
from lims.requests import AuthenticatedRequest
from lims.services.reports import access
from lims.services.reports.opening import IssuedPdf, Preview, Publishing, open_report
from lims.views.kit.guard import authenticated, refused, wants_json
from lims.views.reports.finalizing import progress_of
from pdfcache.errors import RenderError, StoreError

# What must not be taken for the laboratory's word any more: its old links lead to the notice first.
PAST = (ReportStatus.SUPERSEDED, ReportStatus.WITHDRAWN)


@require_GET
def open_pdf(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Lead to the issued PDF, or say that it is being issued, or show the author what a draft looks like."""
    if "drawn" in request.GET and not request.user.is_authenticated and not wants_json(request):
        return _log_in_elsewhere(request)
    return _answered(request, pk)


@authenticated
def _answered(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    if not wants_json(request) and _leads_to_notice(request.user, pk, request.GET.get("version", "")):
        response: HttpResponse = redirect("report", pk)
    elif "drawn" in request.GET:
        response = _in_frame(request, pk)
    else:
        response = _opened(request, pk)
    response["Cache-Control"] = "no-store"
    return response


def version_url(report: Report) -> str:
    """Return the address that opens this very version, also when it is past."""
    url = reverse("report_pdf", args=(report.pk,))
    return f"{url}?version={report.version}" if report.status in PAST else url


def _leads_to_notice(user: User, pk: int, version: str) -> bool:
    past = Report.objects.visible_to(user).filter(pk=pk, status__in=PAST)
    found = past.values_list("version", flat=True).first()
    return found is not None and version != str(found)


def _opened(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    match open_report(request.user, pk):
        case IssuedPdf(url=url):
            response: HttpResponse = HttpResponseRedirect(url)
            response["Referrer-Policy"] = "no-referrer"
        case Preview(content=content, filename=filename):
            response = _preview(content, filename)
        case Publishing():
            response = _publishing(request, pk)
    return response


def _in_frame(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Answer the frame beside the text, also with a refusal: a page that may not be framed looks broken."""
    try:
        return _opened(request, pk)
    except (LimsError, StoreError, RenderError) as error:
        return _framed(refused(request, error, "reports/preview_refused.html"))


def _log_in_elsewhere(request: AuthenticatedRequest) -> HttpResponse:
    """Say it in the frame: the page to log in may not be framed, so that it would look broken there."""
    sentence = _("The session has ended. Log in again in another tab, then draw the preview again.")
    response = render(request, "reports/preview_refused.html", {"sentence": sentence}, status=401)
    response["Cache-Control"] = "no-store"
    return _framed(response)


def _framed(response: HttpResponse) -> HttpResponse:
    """Let the writing page show this in a frame beside the text."""
    if response["Content-Type"] == "application/pdf":
        # Chromium shows a PDF as an embedded object, which the pages' own policy forbids.
        response["Content-Security-Policy"] = "frame-ancestors 'self'"
    else:
        response._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _preview(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
    response["Referrer-Policy"] = "no-referrer"
    return _framed(response)


def _publishing(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = access.find(request.user, pk)
    progress = progress_of(report)
    if wants_json(request):
        shown = ("state", "status_url", "retry_after_ms", "error")
        return JsonResponse({name: progress[name] for name in shown}, status=202)
    context = progress | {"report": report, "open_url": progress["pdf_url"]}
    return render(request, "reports/waiting.html", context, status=202)
