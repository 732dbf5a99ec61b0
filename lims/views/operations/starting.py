"""Asking for a bulk action: what would happen, the confirmation, and the answer at once."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from lims.errors import Incomplete
from lims.forms.operations import operations as forms
from lims.forms.operations.operations import Chosen
from lims.requests import AuthenticatedRequest
from lims.services.operations import operations
from lims.services.operations.action import Action
from lims.templatetags.operations import begun, things
from lims.views.kit.guard import authenticated, wants_json

RECEIVE = "receive-protocols"


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def preview(request: AuthenticatedRequest) -> HttpResponse:
    """Show what would happen to what was chosen, and ask whether to go on; changes nothing."""
    asked = request.POST if request.method == "POST" else request.GET
    action = operations.action_for(request.user, asked.get("action", ""))
    try:
        chosen = forms.read(request.user, action, asked)
        foreseen = forms.foresee(request.user, action, chosen.selection)
    except Incomplete as error:
        return _back_to_list(request, action, asked, error)
    back_url = forms.list_url(request.user, action, asked.get("filter", ""))
    fields = chosen.fields | {"action": action.name}
    context = forms.asking(action, foreseen, fields, back_url) | {"form_url": reverse("operation_start")}
    context["things"] = things(action.candidates(request.user).model, foreseen.allowed)
    return render(request, "operations/preview.html", context)


@require_POST
@authenticated
def start(request: AuthenticatedRequest) -> HttpResponse:
    """Begin what was confirmed; the same form sent again leads to the same operation."""
    action = operations.action_for(request.user, request.POST.get("action", ""))
    try:
        chosen = forms.read(request.user, action, request.POST)
        return _begin(request, action, chosen, request.POST.get("key", ""))
    except Incomplete as error:
        return _back_to_list(request, action, request.POST, error)


@require_POST
@authenticated
def receive(request: AuthenticatedRequest) -> HttpResponse:
    """Begin to mark protocols as received, chosen by ids or by a filter, in JSON or by form fields."""
    action = operations.action_for(request.user, RECEIVE)
    if request.content_type == "application/json":
        chosen, key = forms.read_json(request.user, action, request.body)
    else:
        chosen = forms.read(request.user, action, _with_all(request.POST))
        key = request.POST.get("key", "")
    return _begin(request, action, chosen, key)


def _with_all(data: QueryDict) -> QueryDict:
    # A filter without ids means all that it finds.
    if "filter" not in data or "ids" in data:
        return data
    meant = data.copy()
    meant["all"] = "1"
    return meant


def _begin(request: AuthenticatedRequest, action: Action, chosen: Chosen, key: str) -> HttpResponse:
    operation = operations.start(request.user, action.name, chosen.selection, key, choice=chosen.text)
    url = reverse("operation", args=(operation.pk,))
    if wants_json(request):
        return JsonResponse({"operation_url": url}, status=202)
    messages.info(request, begun(action.candidates(request.user), operation.total))
    return redirect(url)


def _back_to_list(
    request: AuthenticatedRequest, action: Action, asked: QueryDict, error: Incomplete
) -> HttpResponse:
    if wants_json(request):
        raise error
    messages.error(request, str(error))
    return redirect(forms.list_url(request.user, action, asked.get("filter", "")))
