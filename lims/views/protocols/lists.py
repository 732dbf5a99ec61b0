"""The list of protocols: filtered, in pages, as HTML, JSON and CSV."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.forms.operations.operations import offered
from lims.forms.protocols.protocols import ProtocolFilter
from lims.models import Protocol, Report, ReportStatus, User
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, csv_file, day, list_context, page_of

LONG = ("presumptive_diagnosis", "clinical_history", "reception_notes", "discrepancies", "rejection_reason")


@require_safe
@authenticated
def protocols(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the protocols that the user may see, newest first."""
    filters = ProtocolFilter(request.GET, request.user)
    found = filters.apply(_protocols(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("protocols"), COLUMNS, found)
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


COLUMNS: Columns = (
    (_lazy("Code"), "code"),
    (_lazy("Status"), "get_status_display"),
    (_lazy("Kind"), "get_kind_display"),
    (_lazy("Animal"), "animal"),
    (_lazy("Species"), "species"),
    (_lazy("Owner"), "owner_name"),
    (_lazy("Veterinarian"), "veterinarian.name"),
    (_lazy("Submitted"), day("submitted_at")),
    (_lazy("Received"), day("received_at")),
)
