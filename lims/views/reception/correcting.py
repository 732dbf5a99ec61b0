"""What was written down of a reception, to be put right afterwards."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lims.errors import InvalidTransition, LimsError, StaleEdit
from lims.forms.kit.refusing import refuse
from lims.forms.reception.reception import CorrectionForm
from lims.models import Protocol
from lims.requests import AuthenticatedRequest
from lims.services.reception.correcting import correct_reception, why_not, written
from lims.services.reception.receiving import declared_count
from lims.views.kit.guard import authenticated, form_errors, wants_json
from lims.views.kit.guard import error_json as refused
from lims.views.reception import reception


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def reception_correct(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what was written down of a reception; a POST puts it right."""
    protocol = reception.protocol_at_reception(request, pk)
    if request.method == "POST":
        return _correct(request, protocol)
    if sentence := why_not(protocol):
        return reception.moved(request, protocol, InvalidTransition(sentence))
    return _page(request, protocol, CorrectionForm(protocol, written(protocol)))


def _correct(request: AuthenticatedRequest, protocol: Protocol) -> HttpResponse:
    form = CorrectionForm(protocol, written(protocol), request.POST)
    if not form.is_valid():
        return _page(request, protocol, form, status=409)
    try:
        reason = form.cleaned_data["reason"]
        corrected = correct_reception(request.user, protocol.pk, form.lock_version, form.received(), reason)
    except InvalidTransition as error:
        return reception.moved(request, protocol, error)
    except LimsError as error:
        return _refused(request, protocol, form, error)
    if wants_json(request):
        return reception.as_json(corrected)
    if corrected.lock_version == protocol.lock_version:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("The reception of %(code)s was corrected.") % {"code": corrected.code})
    return redirect("protocol", protocol.pk)


def _refused(
    request: AuthenticatedRequest, protocol: Protocol, form: CorrectionForm, error: LimsError
) -> HttpResponse:
    if wants_json(request):
        return refused(error, 409)
    refuse(form, error)
    if isinstance(error, StaleEdit):
        # The reader sees, beside the form, what is there now, and may go on.
        protocol.refresh_from_db()
        form.rebase(protocol.lock_version)
    return _page(request, protocol, form, status=409)


def _page(
    request: AuthenticatedRequest, protocol: Protocol, form: CorrectionForm, status: int = 200
) -> HttpResponse:
    if wants_json(request) and status != 200:
        return form_errors(form, status)
    context = {
        "protocol": protocol,
        "declared": declared_count(protocol),
        "written": written(protocol),
        "specimens": protocol.specimens.all(),
        "form": form,
    }
    return render(request, "reception/correct.html", context, status=status)
