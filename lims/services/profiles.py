"""What people say of themselves: a vet's profile with its preferences, everybody's language."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lims.errors import Incomplete, NotAllowed, StaleEdit
from lims.models import NotificationKind, Role, User, Veterinarian
from lims.models.people import Language
from lims.services import notifications
from lims.services.texts import stored

IDENTITY = ("first_names", "last_names", "licence")
FIELDS = (
    *IDENTITY,
    "national_id",
    "tax_id",
    "vat_condition",
    "phone",
    "clinic",
    "address",
    "alternative_email",
    "report_by_email",
    "notify_on_reception",
    "notify_on_processing",
    "notify_on_report",
)
# What a profile has that nobody has saved yet.
NEW = 0


def is_missing(user: User) -> bool:
    """Return whether the user is a vet of whom the laboratory knows nothing yet."""
    return user.is_veterinarian and not Veterinarian.objects.filter(user=user).exists()


@transaction.atomic
def save_profile(by: User, version: int, language: str, **values: Any) -> Veterinarian:
    """Write the vet's own profile and language and return it; the same values change nothing.

    `version` is the one that the editor read, NEW for a first profile. Who a vet is is verified by the
    laboratory, anew once it changes. Raises NotAllowed for everybody else, StaleEdit if another window
    saved since, and Incomplete with the fields that are missing or wrong.
    """
    if not by.is_veterinarian:
        raise NotAllowed(_("Only veterinarians have a profile."))
    # Of two first saves at the same moment the second waits here.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    vet = Veterinarian.objects.filter(user=by).first() or Veterinarian(user=by, version=NEW)
    changed = _apply(vet, _only(values))
    if changed and vet.version != version:
        raise StaleEdit(_("This profile was changed since it was opened. Reload it to see how."))
    _check(vet)
    change_language(by, language)
    return _write(vet, changed) if changed or not vet.pk else vet


def change_language(by: User, language: str) -> None:
    """Speak this language to the user from now on; idempotent. Raises Incomplete for one we do not write."""
    if language not in Language.values:
        raise Incomplete(_("This language is not spoken here."), {"language": _("Choose one of these.")})
    if by.language != language:
        by.language = language
        by.save(update_fields=["language"])


def _only(values: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"not a vet's own data: {', '.join(sorted(unknown))}")
    return {
        name: stored(value).strip() if isinstance(value, str) else value for name, value in values.items()
    }


def _apply(vet: Veterinarian, values: dict[str, Any]) -> set[str]:
    changed = {name for name, value in values.items() if getattr(vet, name) != value}
    for name in changed:
        setattr(vet, name, values[name])
    return changed


def _check(vet: Veterinarian) -> None:
    try:
        vet.clean_fields(exclude={field.name for field in vet._meta.fields} - set(FIELDS))
    except ValidationError as error:
        fields = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
        raise Incomplete(_("Something is missing or wrong."), fields) from error


def _write(vet: Veterinarian, changed: set[str]) -> Veterinarian:
    to_verify = not vet.pk or not changed.isdisjoint(IDENTITY)
    if to_verify:
        vet.verified_at = vet.verified_by = None
    vet.version += 1
    vet.save()
    if to_verify:
        told = notifications.overseers(Role.STAFF, Role.ADMIN)
        path = reverse("veterinarian", args=(vet.pk,))
        notifications.tell(told, NotificationKind.VET_REGISTERED, vet.name, path)
    return vet
