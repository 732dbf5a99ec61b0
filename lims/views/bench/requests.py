"""What pathologists ask for beside what is usual, and that it is done."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lims.errors import Incomplete, InvalidTransition
from lims.forms.bench.bench import RequestForm
from lims.forms.kit.refusing import refuse
from lims.models import AdditionalRequest
from lims.requests import AuthenticatedRequest
from lims.services.bench.requests import finish_requests, request_more
from lims.services.people.pathologists import require_pathologist
from lims.views.bench.page import bench_page, protocol_on_bench
from lims.views.kit.guard import authenticated


@require_POST
@authenticated
def request_make(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    protocol = protocol_on_bench(request, pk)
    require_pathologist(request.user)
    form = RequestForm(protocol, list(protocol.cassettes.all()), request.POST)
    if not form.is_valid():
        return bench_page(request, protocol, request_form=form, status=409)
    try:
        request_more(request.user, pk, form.wish())
    except (Incomplete, InvalidTransition) as error:
        refuse(form, error)
        return bench_page(request, protocol, request_form=form, status=409)
    messages.success(request, _("The bench was told what is wanted."))
    return redirect("protocol_processing", pk)


@require_POST
@authenticated
def request_finish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    visible = AdditionalRequest.objects.visible_to(request.user)
    found = get_object_or_404(visible, pk=pk)
    count = finish_requests(request.user, [pk])
    if not count:
        messages.info(request, _("It was noted as done before."))
    elif found.requested_by_id == request.user.pk:
        messages.success(request, _("Noted as done."))
    else:
        messages.success(request, _("Whoever asked for it was told that it is done."))
    return redirect("protocol_processing", found.protocol_id)
