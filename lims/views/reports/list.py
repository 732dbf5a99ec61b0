"""The list of reports: filtered, in pages, as HTML, JSON and CSV."""

from django.db.models import QuerySet
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.forms.reports.list import ReportFilter
from lims.models import Report, User
from lims.requests import AuthenticatedRequest
from lims.services.reports.lists import with_failures
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, csv_file, day, list_context, page_of
from lims.views.reports.pdf import version_url

# Not the texts and not the snapshot: a row shows none of them.
SHOWN = (
    "version",
    "status",
    "created_at",
    "finalized_at",
    "issued_at",
    "protocol__number",
    "protocol__temporary_code",
    "protocol__animal",
    "protocol__species",
    "protocol__kind",
    "protocol__owner_first_names",
    "protocol__owner_last_names",
    "protocol__veterinarian__first_names",
    "protocol__veterinarian__last_names",
    "author__staff_member__first_names",
    "author__staff_member__last_names",
)


@require_safe
@authenticated
def reports(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the reports that the user may see, newest first."""
    filters = ReportFilter(request.GET, request.user)
    found = filters.apply(_reports(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("reports"), COLUMNS, found)
    page, next_url = page_of(found, filters, "reports")
    if wants_json(request):
        return JsonResponse({"results": [_row(report) for report in page], "next": next_url})
    context = {"reports": page} | list_context(filters, "reports", next_url)
    return render(request, "reports/list.html", context)


def _reports(user: User) -> QuerySet[Report]:
    visible = Report.objects.visible_to(user)
    return with_failures(
        visible.select_related("protocol__veterinarian", "author__staff_member").only(*SHOWN)
    )


def _row(report: Report) -> dict:
    return {
        "id": report.pk,
        "number": report.protocol.number,
        "version": report.version,
        "status": report.status,
        "failed": report.has_failed,  # type: ignore[attr-defined]
        "issued_at": report.issued_at,
        "animal": report.protocol.animal,
        "species": report.protocol.species,
        "veterinarian": report.protocol.veterinarian.name,
        "author": report.author.name,
        "url": reverse("report", args=(report.pk,)),
        "pdf_url": version_url(report),
    }


COLUMNS: Columns = (
    (_lazy("Number"), "protocol.code"),
    (_lazy("Version"), "version"),
    (_lazy("Status"), "get_status_display"),
    (_lazy("Issued on"), day("issued_at")),
    (_lazy("Kind"), "protocol.get_kind_display"),
    (_lazy("Animal"), "protocol.animal"),
    (_lazy("Species"), "protocol.species"),
    (_lazy("Owner"), "protocol.owner_name"),
    (_lazy("Veterinarian"), "protocol.veterinarian.name"),
    (_lazy("Author"), "author.name"),
)
