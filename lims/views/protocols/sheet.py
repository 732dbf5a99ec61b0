"""The sheet that goes with a sample: what was declared, and its code for the scanner."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.documents.paper import qr
from lims.models import Protocol
from lims.requests import AuthenticatedRequest
from lims.views.kit.guard import authenticated


@require_safe
@authenticated
def protocol_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a submitted protocol as a page to print and put beside the sample."""
    related = ("veterinarian__user", "histopathology_sample", "cytology_sample")
    visible = Protocol.objects.visible_to(request.user).select_related(*related)
    protocol = get_object_or_404(visible, pk=pk)
    if not protocol.temporary_code:
        messages.error(request, _("There is a sheet once the protocol is submitted."))
        return redirect("protocol", pk)
    context = {
        "protocol": protocol,
        "specimens": protocol.specimens.order_by("pk"),
        "code": _drawn(protocol.temporary_code),
    }
    return render(request, "submissions/sheet.html", context)


def _drawn(text: str) -> dict[str, object]:
    """Return a QR code as the path of a drawing, one unit a module, its quiet zone around it."""
    rows = qr.code(text, 0, 0, 0)[0].rows
    quiet = qr.QUIET_MODULES
    runs = ((x + quiet, y + quiet, length) for y, row in enumerate(rows) for x, length in row)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return {"path": path, "size": len(rows) + 2 * quiet}
