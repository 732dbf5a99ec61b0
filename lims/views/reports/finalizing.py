"""Finalizing a report: the button's POST, the progress of its publishing, and trying that again."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from actors.reasons import reason
from lims.errors import Incomplete, InvalidTransition, LimsError
from lims.models import Report, ReportStatus
from lims.requests import AuthenticatedRequest
from lims.services.reports import access
from lims.services.reports.finalizing import finalize_report
from lims.services.reports.publishing import publishing_job, retry_publishing
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.pdfs.opening import FIRST_POLL_MS, retry_after_ms

if TYPE_CHECKING:
    from actors.models import Job

# Not a state of the report, but of the work that issues it.
FAILED = "failed"


@require_POST
@authenticated
def finalize(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Sign one's own draft and have it issued; a second click is refused and changes nothing."""
    try:
        finalize_report(request.user, pk)
    except (Incomplete, InvalidTransition) as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, _message(error))
    else:
        if wants_json(request):
            return JsonResponse(_begun(pk), status=202)
        messages.info(request, _("Generating report..."))
    return redirect("report", pk)


@require_GET
@authenticated
def status(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the progress of issuing a report: JSON, or the fragment that its page shows."""
    report = access.find(request.user, pk)
    progress = progress_of(report)
    if wants_json(request):
        shown = ("state", "pdf_url", "retry_after_ms", "error")
        response: HttpResponse = JsonResponse({name: progress[name] for name in shown})
    else:
        response = render(request, "reports/progress.html", progress | {"report": report})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@authenticated
def retry(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Try again to issue a report whose issuing failed; harmless while it is in work."""
    try:
        retry_publishing(request.user, pk)
    except InvalidTransition as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
    else:
        if wants_json(request):
            return JsonResponse(_begun(pk), status=202)
    return redirect("report", pk)


def progress_of(report: Report) -> dict:
    """Return the progress of issuing a report, and the job behind it."""
    job = publishing_job(report.pk) if report.status == ReportStatus.FINALIZED else None
    failed = job is not None and job.state == "failed"
    return {
        "state": FAILED if failed else report.status,
        "pdf_url": reverse("report_pdf", args=(report.pk,)),
        "status_url": reverse("report_status", args=(report.pk,)),
        "retry_after_ms": retry_after_ms(job) if job else FIRST_POLL_MS,
        "error": _error(job) if failed and job else None,
        "reason": reason(job) if job else "",
        "job": job,
    }


def _begun(pk: int) -> dict:
    return {
        "state": ReportStatus.FINALIZED,
        "status_url": reverse("report_status", args=(pk,)),
        "retry_after_ms": FIRST_POLL_MS,
    }


def _error(job: "Job") -> str:
    sentence = _("The report could not be issued. %(reason)s Reference: %(id)s.")
    return sentence % {"reason": reason(job), "id": job.pk}


def _message(error: LimsError) -> str:
    return " ".join([str(error), *dict.fromkeys(error.fields.values())])
