"""Bulk actions of change lists: "select all" is all that the list's filters find, not the page alone."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from lims.errors import LimsError
from lims.forms.operations.operations import asking, foresee
from lims.requests import user_of
from lims.services.operations import operations, registry
from lims.services.operations.action import Action
from lims.services.operations.selections import Selection
from lims.templatetags.operations import begun, things


class BulkActionsAdmin(ModelAdmin):
    """Offers the bulk actions named in `bulk`; each asks first, and becomes an operation.

    The question's form goes back to the change list with its query and its selection, so that what is done
    is what Django's own filters find then.
    """

    bulk: tuple[str, ...] = ()

    def get_actions(self, request: HttpRequest) -> dict:
        offered = [registry.get(name) for name in self.bulk]
        return super().get_actions(request) | {
            action.name: (_asker(action), action.name, action.label)
            for action in offered
            if action.allows(user_of(request))
        }


def _asker(action: Action) -> Callable[[ModelAdmin, HttpRequest, QuerySet], HttpResponse]:
    def ask(model_admin: ModelAdmin, request: HttpRequest, chosen: QuerySet) -> HttpResponse:
        try:
            if "key" in request.POST:
                return _begin(request, action, chosen)
            return _preview(request, action, chosen)
        except LimsError as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())

    return ask


def _preview(request: HttpRequest, action: Action, chosen: QuerySet) -> HttpResponse:
    url = request.get_full_path()
    foreseen = foresee(user_of(request), action, Selection(rows=chosen))
    context = asking(action, foreseen, {"action": action.name}, back_url=url)
    context |= {"form_url": url, "lists": _again(request), "things": things(chosen.model, foreseen.allowed)}
    return TemplateResponse(request, "operations/preview.html", context)


def _again(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields by which Django chooses the same rows again."""
    across = request.POST.get("select_across", "0")
    ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
    # Django wants at least one ticked of all that the filters find.
    again = ticked[:1] if across == "1" else ticked
    return [("select_across", across), *((ACTION_CHECKBOX_NAME, pk) for pk in again)]


def _begin(request: HttpRequest, action: Action, chosen: QuerySet) -> HttpResponse:
    operation = operations.start(
        user_of(request), action.name, Selection(rows=chosen), request.POST.get("key", "")
    )
    messages.info(request, begun(chosen, operation.total))
    return redirect("operation", operation.pk)
