"""The pages on which vets write protocols: begin one, write it, submit it, delete it as a draft."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lims.errors import Incomplete, InvalidTransition, NotAllowed, StaleEdit
from lims.forms.kit.parsing import typed_pk
from lims.forms.kit.printing import printing_note
from lims.forms.kit.refusing import field_errors, refuse, sentence_of
from lims.forms.protocols.submissions import PRESERVATIONS, SPECIES, Submission
from lims.models import Protocol, ProtocolStatus
from lims.requests import AuthenticatedRequest
from lims.services.protocols.patients import previous_patients
from lims.services.protocols.submissions import (
    begin_draft,
    delete_draft,
    sample_of,
    save_draft,
    submit_protocol,
)
from lims.views.kit import saving
from lims.views.kit.guard import authenticated, error_json, wants_json


@require_POST
@authenticated
def protocol_begin(request: AuthenticatedRequest) -> HttpResponse:
    """Begin a draft of a kind, or go on with the one that is still blank."""
    draft = begin_draft(request.user, request.POST.get("kind", ""))
    url = reverse("protocol_edit", args=(draft.pk,))
    if wants_json(request):
        return JsonResponse({"id": draft.pk, "url": url}, status=201)
    return HttpResponseRedirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def protocol_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a draft to its vet, to be written; a POST saves what was typed."""
    draft = _own_protocol(request, pk)
    if request.method == "POST":
        return _save(request, draft)
    if draft.status != ProtocolStatus.DRAFT:
        return redirect("protocol", pk)
    return _page(request, draft, _submission(draft))


@require_POST
@authenticated
def protocol_submit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Hand a draft to the laboratory; a second click is told so and changes nothing."""
    draft = _own_protocol(request, pk)
    try:
        submitted = submit_protocol(request.user, draft.pk)
    except (Incomplete, InvalidTransition) as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, " ".join(error.fields.values()) or str(error))
        return redirect("protocol", pk)
    if wants_json(request):
        answer = {"id": pk, "status": submitted.status, "code": submitted.temporary_code}
        return JsonResponse(answer | {"sheet_url": reverse("protocol_sheet", args=(pk,))})
    message = _("Submitted as %(code)s. Send the sample with its sheet, or write the code on it.")
    messages.success(request, message % {"code": submitted.temporary_code})
    return redirect("protocol", pk)


@require_POST
@authenticated
def protocol_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    draft = _own_protocol(request, pk)
    try:
        delete_draft(request.user, draft.pk)
    except InvalidTransition as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
        return redirect("protocol", pk)
    if wants_json(request):
        return JsonResponse({"state": "deleted"})
    messages.success(request, _("The draft was deleted."))
    return redirect("protocols")


@require_safe
@authenticated
def protocol_patients(request: AuthenticatedRequest) -> HttpResponse:
    """Offer the vet's own patients of before whose names or owners have these words."""
    if not request.user.is_veterinarian:
        raise NotAllowed(_("Only veterinarians write protocols."))
    # The draft in work is no patient of before.
    other_than = typed_pk(request.GET.get("except", ""))
    patients = previous_patients(request.user, request.GET.get("animal", ""), other_than)
    if wants_json(request):
        return JsonResponse({"results": [vars(patient) for patient in patients]})
    return render(request, "submissions/patients.html", {"patients": patients})


def _own_protocol(request: AuthenticatedRequest, pk: int) -> Protocol:
    visible = Protocol.objects.visible_to(request.user).select_related("veterinarian__user")
    protocol = get_object_or_404(visible, pk=pk)
    if protocol.veterinarian.user_id != request.user.pk:
        raise NotAllowed(_("Only its veterinarian writes a protocol."))
    return protocol


def _submission(draft: Protocol, request: AuthenticatedRequest | None = None) -> Submission:
    specimens = list(draft.specimens.order_by("pk"))
    return Submission(draft, sample_of(draft), specimens, request.POST if request else None)


def _save(request: AuthenticatedRequest, draft: Protocol) -> HttpResponse:
    typed = _submission(draft, request)
    if not typed.is_valid():
        return _refused(request, draft, typed)
    try:
        draft = save_draft(request.user, draft.pk, typed.patient.lock_version, typed.content())
    except StaleEdit as error:
        return _conflict(request, draft, typed, error)
    except Incomplete as error:
        refuse(typed.patient, error, *typed.parts())
        return _refused(request, draft, typed)
    except InvalidTransition as error:
        return saving.closed(request, error, "protocol", draft.pk)
    return _saved(request, draft, typed)


def _saved(request: AuthenticatedRequest, draft: Protocol, typed: Submission) -> HttpResponse:
    if wants_json(request):
        return saving.saved(draft.lock_version, typed.printed())
    if note := next(filter(None, map(printing_note, typed.printed())), ""):
        messages.warning(request, note)
    if "review" in request.POST:
        return redirect("protocol", draft.pk)
    messages.success(request, _("Saved."))
    return redirect("protocol_edit", draft.pk)


def _conflict(
    request: AuthenticatedRequest, draft: Protocol, typed: Submission, error: StaleEdit
) -> HttpResponse:
    if wants_json(request):
        return saving.refused(error, "stale")
    typed.patient.add_error(None, str(error))
    typed.patient.rebase(draft.lock_version)
    return _page(request, draft, typed, conflict=True, status=409)


def _refused(request: AuthenticatedRequest, draft: Protocol, typed: Submission) -> HttpResponse:
    if not wants_json(request):
        return _page(request, draft, typed, status=409)
    return saving.refused(Incomplete(sentence_of(typed.patient), field_errors(*typed.parts())), "incomplete")


def _page(
    request: AuthenticatedRequest,
    draft: Protocol,
    typed: Submission,
    *,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "protocol": draft,
        "typed": typed,
        "form": typed.patient,
        "conflict": conflict,
        "patients": previous_patients(request.user, draft.animal, draft.pk),
        "species": SPECIES,
        "preservations": PRESERVATIONS,
    }
    return saving.page(request, "submissions/write.html", context, status)
