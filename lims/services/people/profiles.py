"""Profiles of vets with their preferences, and everybody's language."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lims.errors import Incomplete, NotAllowed
from lims.models import NotificationKind, Role, User, Veterinarian
from lims.models.people import Language
from lims.services.kit import tax_ids
from lims.services.kit.permissions import require_admin
from lims.services.kit.texts import normalize
from lims.services.kit.versions import require_version
from lims.services.mail import notifications

IDENTITY = ("first_names", "last_names", "licence")
# Administrators may correct these, too; how a vet is notified is the vet's own affair.
CORRECTABLE = (*IDENTITY, "national_id", "tax_id", "vat_condition", "phone", "clinic", "address")
FIELDS = (
    *CORRECTABLE,
    "alternative_email",
    "report_by_email",
    "notify_on_reception",
    "notify_on_processing",
    "notify_on_report",
)
# The `lock_version` of a profile that nobody has saved yet.
NEW = 0


def is_missing(user: User) -> bool:
    """Return whether the user is a vet of whom the laboratory knows nothing yet."""
    return user.is_veterinarian and not Veterinarian.objects.filter(user=user).exists()


@transaction.atomic
def save_profile(by: User, lock_version: int, language: str, **values: Any) -> Veterinarian:
    """Write the vet's own profile and language and return it; the same values change nothing.

    `lock_version` is the one that the editor read, NEW for a first profile. Who a vet is is verified by the
    laboratory, anew once it changes. Raises NotAllowed for everybody else, StaleEdit if another window
    saved since, and Incomplete with the fields that are missing or wrong.
    """
    if not by.is_veterinarian:
        raise NotAllowed(_("Only veterinarians have a profile."))
    vet = _profile_of(by) or Veterinarian(user=by, lock_version=NEW)
    changed = _change(vet, lock_version, _only(values, FIELDS))
    change_language(by, language)
    if changed or not vet.pk:
        _write(vet, changed, to_verify=not vet.pk or not changed.isdisjoint(IDENTITY))
    return vet


@transaction.atomic
def create_profile(by: User, user: User, **values: Any) -> Veterinarian:
    """Write the first profile of an account for its vet, to be verified, and return it; not idempotent.

    Raises NotAllowed for everybody but administrators, and Incomplete for an account of another role, one
    that has a profile, and with the fields that are missing or wrong.
    """
    require_admin(by)
    if not user.is_veterinarian or _profile_of(user):
        message = _("Choose the account of a veterinarian who has no profile yet.")
        raise Incomplete(message, {"user": message})
    vet = Veterinarian(user=user, lock_version=NEW)
    changed = _change(vet, NEW, _only(values, CORRECTABLE))
    _write(vet, changed, to_verify=True)
    return vet


@transaction.atomic
def correct_profile(by: User, pk: int, lock_version: int, **values: Any) -> Veterinarian:
    """Correct a vet's profile and return it; the same values change nothing. Whoever is verified stays so.

    `lock_version` is the one that the editor read; the vet's own window is told in turn. Raises NotAllowed
    for everybody but administrators, StaleEdit if somebody saved since, and Incomplete with the fields that
    are missing or wrong.
    """
    require_admin(by)
    vet = Veterinarian.objects.select_for_update(no_key=True).get(pk=pk)
    changed = _change(vet, lock_version, _only(values, CORRECTABLE))
    if changed:
        _write(vet, changed, to_verify=False)
    return vet


def change_language(by: User, language: str) -> None:
    """Speak this language to the user from now on; idempotent. Raises Incomplete for one we do not write."""
    if language not in Language.values:
        raise Incomplete(_("This language is not spoken here."), {"language": _("Choose one of these.")})
    if by.language != language:
        by.language = language
        by.save(update_fields=["language"])


def _profile_of(user: User) -> Veterinarian | None:
    """Return a user's profile, locked as verifying it locks it: what is read here is what is saved over."""
    # The second of two first saves at the same moment waits here.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return Veterinarian.objects.select_for_update(no_key=True).filter(user=user).first()


def _only(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    if unknown := set(values) - set(names):
        raise TypeError(f"not a vet's own data: {', '.join(sorted(unknown))}")
    return {
        name: normalize(value).strip() if isinstance(value, str) else value for name, value in values.items()
    }


def _change(vet: Veterinarian, lock_version: int, values: dict[str, Any]) -> set[str]:
    """Give a profile that is not saved yet these values, and return the names of those that are new."""
    if "tax_id" in values:
        values["tax_id"] = tax_ids.spelled(values["tax_id"])
    changed = {name for name, value in values.items() if getattr(vet, name) != value}
    for name in changed:
        setattr(vet, name, values[name])
    if changed:
        message = _("This profile was changed meanwhile; yours was not saved. Look, then save again.")
        require_version(vet, lock_version, message)
    if wrong := _mistakes(vet, changed):
        raise Incomplete(_("Something is missing or wrong."), wrong)
    return changed


def _mistakes(vet: Veterinarian, changed: set[str]) -> dict[str, str]:
    wrong = {}
    try:
        vet.clean_fields(exclude={field.name for field in vet._meta.fields} - set(FIELDS))
    except ValidationError as error:
        wrong = {name: " ".join(sentences) for name, sentences in error.message_dict.items()}
    # One that was taken before its check digit was looked at stays until somebody changes it.
    if "tax_id" in changed and (message := tax_ids.wrong_cuit(vet.tax_id)):
        wrong.setdefault("tax_id", message)
    return wrong


def _write(vet: Veterinarian, changed: set[str], *, to_verify: bool) -> None:
    written = {*changed, "lock_version"}
    if to_verify:
        vet.verified_at = vet.verified_by = None
        written |= {"verified_at", "verified_by"}
    vet.lock_version += 1
    vet.save(update_fields=written if vet.pk else None)
    if to_verify:
        overseers = notifications.overseers(Role.STAFF, Role.ADMIN)
        path = reverse("veterinarian", args=(vet.pk,))
        notifications.notify(overseers, NotificationKind.VET_REGISTERED, vet.name, path)
