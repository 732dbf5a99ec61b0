"""Labels of what is chosen on the bench."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lims.errors import Incomplete
from lims.forms.bench.lists import MarkForm
from lims.forms.labels.label_sheets import chosen_things
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.labels.sheets import make_sheet
from lims.views.bench.list import marking_refused
from lims.views.kit.guard import authenticated


@require_POST
@authenticated
def processing_labels(request: AuthenticatedRequest) -> HttpResponse:
    """Make a sheet and lead to its PDF; where nothing is printed, draw the bench again as it was."""
    require_laboratory(request.user)
    try:
        key = request.POST.get("key", "")
        sheet = make_sheet(request.user, **chosen_things(request.POST), key=key)
    except Incomplete as error:
        return marking_refused(request, MarkForm(request.POST), error)
    return redirect("label_sheet_pdf", sheet.pk)
