"""The list of protocols: filtered, in pages, as HTML, JSON and CSV."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.forms.operations.operations import offered
from lims.forms.protocols.protocols import ProtocolFilter
from lims.models import Protocol, Report, ReportStatus, User
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, csv_file, day_of, list_context, page_of

LONG = ("presumptive_diagnosis", "clinical_history", "reception_notes", "discrepancies", "rejection_reason")


@require_safe
@authenticated
def protocols(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the protocols that the user may see, newest first."""
    filters = ProtocolFilter(request.GET, request.user)
    found = filters.apply(_protocols(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("protocols"), _columns(), found)
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


def _columns() -> Columns:
    return [
        (_("Code"), "code"),
        (_("Status"), "get_status_display"),
        (_("Kind"), "get_kind_display"),
        (_("Animal"), "animal"),
        (_("Species"), "species"),
        (_("Owner"), "owner_name"),
        (_("Veterinarian"), "veterinarian.name"),
        (_("Submitted"), day_of("submitted_at")),
        (_("Received"), day_of("received_at")),
    ]
