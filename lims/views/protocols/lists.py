"""The list of protocols: filtered, in pages, as HTML, JSON and CSV."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.forms.operations.operations import offered
from lims.forms.protocols.protocols import ProtocolFilter
from lims.models import Protocol, Report, ReportStatus, User
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import csv_file, list_context, page_of

LONG = ("presumptive_diagnosis", "clinical_history", "reception_notes", "discrepancies", "rejection_reason")


@require_safe
@authenticated
def protocols(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the protocols that the user may see, newest first."""
    filters = ProtocolFilter(request.GET, request.user)
    found = filters.apply(_protocols(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("protocols"), _csv_head(), found, _csv_row)
    page, next_url = page_of(found, filters, "protocols")
    if wants_json(request):
        return JsonResponse({"results": [_row(protocol) for protocol in page], "next": next_url})
    context = {"protocols": page} | list_context(filters, "protocols", next_url)
    context |= offered(request.user, Protocol, filters) | {"labels_url": reverse("label_sheet_new")}
    return render(request, "protocols/list.html", context)


def _protocols(user: User) -> QuerySet[Protocol]:
    current = Report.objects.filter(protocol=OuterRef("pk"), status=ReportStatus.ISSUED)
    visible: QuerySet[Protocol] = Protocol.objects.visible_to(user)
    shown = visible.select_related("veterinarian").defer(*LONG)
    return shown.annotate(report_pk=Subquery(current.order_by().values("pk")[:1]))


def _row(protocol: Protocol) -> dict:
    return {
        "id": protocol.pk,
        "number": protocol.number,
        "code": protocol.code,
        "status": protocol.status,
        "kind": protocol.kind,
        "animal": protocol.animal,
        "species": protocol.species,
        "veterinarian": protocol.veterinarian.name,
        "received_at": protocol.received_at,
        "url": reverse("protocol", args=(protocol.pk,)),
        "pdf_url": _pdf_url(protocol.report_pk),  # type: ignore[attr-defined]
    }


def _pdf_url(report_pk: int | None) -> str | None:
    return reverse("report_pdf", args=(report_pk,)) if report_pk else None


def _csv_head() -> list[str]:
    return [
        _("Code"),
        _("Status"),
        _("Kind"),
        _("Animal"),
        _("Species"),
        _("Owner"),
        _("Veterinarian"),
        _("Submitted"),
        _("Received"),
    ]


def _csv_row(protocol: Protocol) -> list:
    return [
        protocol.code,
        protocol.get_status_display(),
        protocol.get_kind_display(),
        protocol.animal,
        protocol.species,
        f"{protocol.owner_first_names} {protocol.owner_last_names}".strip(),
        protocol.veterinarian.name,
        _day(protocol.submitted_at),
        _day(protocol.received_at),
    ]


def _day(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""
