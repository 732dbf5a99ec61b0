"""Reusable texts: the page that manages them, and the list that the writing page inserts from."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from lims.errors import Incomplete
from lims.forms.kit.refusing import refuse
from lims.forms.reports.phrases import PhraseForm
from lims.models import Phrase, Role
from lims.requests import AuthenticatedRequest
from lims.services.reports.phrases import add_phrase, change_phrase, list_phrases, may_change, remove_phrase
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, address, csv_of

# Those who may add one: a pathologist for themselves, an administrator for everybody.
WRITERS = (Role.PATHOLOGIST, Role.ADMIN)


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def phrases(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the phrases that the user may insert; a POST adds one."""
    if request.method == "POST":
        return _add(request)
    if request.GET.get("format") == "csv":
        return csv_of(_("phrases"), COLUMNS, list_phrases(request.user))
    if wants_json(request):
        return JsonResponse({"results": [_row(phrase) for phrase in list_phrases(request.user)]})
    return _page(request)


@require_POST
@authenticated
def phrase(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    try:
        change_phrase(request.user, pk, *_typed(request))
    except Incomplete as error:
        return _page(request, pk, _refused(request, pk, error), status=409)
    messages.success(request, _("Saved."))
    return redirect("phrases")


@require_POST
@authenticated
def phrase_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Delete a phrase; what was inserted from it stays."""
    remove_phrase(request.user, pk)
    messages.success(request, _("The phrase was removed."))
    return redirect("phrases")


def _add(request: AuthenticatedRequest) -> HttpResponse:
    try:
        add_phrase(request.user, *_typed(request))
    except Incomplete as error:
        return _page(request, None, _refused(request, None, error), status=409)
    messages.success(request, _("The phrase was added."))
    return redirect("phrases")


def _typed(request: AuthenticatedRequest) -> tuple[str, str]:
    return request.POST.get("title", ""), request.POST.get("text", "")


def _row(phrase: Phrase) -> dict:
    return {"id": phrase.pk, "title": phrase.title, "text": phrase.text, "shared": phrase.owner_id is None}


COLUMNS: Columns = (
    (_lazy("Title"), "title"),
    (_lazy("Text"), "text"),
    (_lazy("Whose"), lambda phrase: phrase.owner.name if phrase.owner else _("Everybody's")),
)


def _refused(request: AuthenticatedRequest, pk: int | None, error: Incomplete) -> PhraseForm:
    form = PhraseForm(request.POST, auto_id=_auto_id(pk))
    form.fields["title"].required = form.fields["text"].required = False
    form.is_valid()
    form.errors.clear()
    refuse(form, error)
    return form


def _page(
    request: AuthenticatedRequest, pk: int | None = None, form: PhraseForm | None = None, status: int = 200
) -> HttpResponse:
    """Draw the list, with one form that was refused in its place: a phrase's own, or the new one's."""
    found = list(list_phrases(request.user))
    for phrase in found:
        if may_change(request.user, phrase):
            refused = form if phrase.pk == pk else None
            phrase.form = refused or PhraseForm(instance=phrase, auto_id=_auto_id(phrase.pk))  # type: ignore[attr-defined]
    new = form if form and pk is None else PhraseForm(auto_id=_auto_id(None))
    context = {
        "phrases": found,
        "new": new,
        "may_add": Role(request.user.role) in WRITERS,
        "csv_url": address("phrases", {"format": "csv"}),
    }
    return render(request, "phrases/list.html", context, status=status)


def _auto_id(pk: int | None) -> str:
    return f"id_phrase-{pk}-%s" if pk else "id_new-%s"
