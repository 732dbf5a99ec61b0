"""The user's own page: a vet's profile and preferences, everybody's language."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lims.errors import LimsError, StaleEdit
from lims.forms.kit.refusing import refuse
from lims.forms.people.profile import LanguageForm, ProfileForm
from lims.models import Veterinarian
from lims.requests import AuthenticatedRequest
from lims.services.people.profiles import change_language, save_profile
from lims.views.kit.guard import authenticated, form_errors, wants_json
from lims.views.people.accounts import PROFILE_MISSING


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """Show the user what the laboratory knows of them, and take what they change."""
    if not request.user.is_veterinarian:
        return _language(request)
    vet = _profile(request)
    if vet:
        request.session.pop(PROFILE_MISSING, None)
    if request.method == "POST":
        return _save(request, vet)
    return _page(request, vet, ProfileForm(request.user, vet))


def _save(request: AuthenticatedRequest, vet: Veterinarian | None) -> HttpResponse:
    form = ProfileForm(request.user, vet, request.POST)
    if not form.is_valid():
        return _page(request, vet, form, status=409)
    try:
        saved = save_profile(request.user, **form.values())
    except StaleEdit as error:
        return _conflict(request, form, error)
    except LimsError as error:
        refuse(form, error)
        return _page(request, vet, form, status=409)
    request.session.pop(PROFILE_MISSING, None)
    if wants_json(request):
        return JsonResponse({"version": saved.lock_version, "verified": saved.verified_at is not None})
    _tell(request, saved)
    return redirect("profile" if vet else "protocols")


def _tell(request: AuthenticatedRequest, saved: Veterinarian) -> None:
    # In the language that was just chosen.
    with translation.override(request.user.language):
        messages.success(request, _("Saved."))
        if saved.verified_at is None:
            messages.info(
                request, _("The laboratory verifies your profile. Meanwhile drafts can be written already.")
            )


def _conflict(request: AuthenticatedRequest, form: ProfileForm, error: StaleEdit) -> HttpResponse:
    vet = _profile(request)
    compared = ProfileForm(request.user, vet, request.POST)
    compared.add_error(None, str(error))
    if vet:
        compared.rebase(vet.lock_version)
    return _page(request, vet, compared, conflict=True, status=409)


def _page(
    request: AuthenticatedRequest,
    vet: Veterinarian | None,
    form: ProfileForm,
    *,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    if wants_json(request) and status != 200:
        return form_errors(form, status)
    context = {"vet": vet, "form": form, "conflict": conflict}
    return render(request, "profile/edit.html", context, status=status)


def _language(request: AuthenticatedRequest) -> HttpResponse:
    form = LanguageForm(
        request.POST if request.method == "POST" else None, initial={"language": request.user.language}
    )
    if request.method == "POST" and form.is_valid():
        change_language(request.user, form.cleaned_data["language"])
        with translation.override(request.user.language):
            messages.success(request, _("Saved."))
        return redirect("profile")
    status = 409 if form.is_bound else 200
    return render(request, "profile/language.html", {"form": form}, status=status)


def _profile(request: AuthenticatedRequest) -> Veterinarian | None:
    return Veterinarian.objects.visible_to(request.user).filter(user=request.user).first()
