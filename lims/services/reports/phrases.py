"""The library of reusable texts: each pathologist's own, and shared ones that administrators keep."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lims.errors import Incomplete, NotAllowed, NotVisible
from lims.models import Pathologist, Phrase, User
from lims.services.kit.permissions import require_laboratory
from lims.services.kit.texts import max_length, normalize, too_long
from lims.services.people.pathologists import require_pathologist


def list_phrases(by: User) -> QuerySet[Phrase]:
    """Return the shared phrases and the user's own, by title; raise NotAllowed for vets."""
    require_laboratory(by)
    return Phrase.objects.visible_to(by).select_related("owner__staff_member")


@transaction.atomic
def add_phrase(by: User, title: str, text: str) -> Phrase:
    """Write a phrase and return it: an administrator's is shared, a pathologist's is their own.

    Not idempotent. Raises NotAllowed, and Incomplete with the fields that are wrong.
    """
    phrase = Phrase(owner=_owner(by))
    return _write(phrase, title, text)


@transaction.atomic
def change_phrase(by: User, pk: int, title: str, text: str) -> Phrase:
    """Change a phrase of the user's and return it. Idempotent.

    Raises NotVisible, NotAllowed for a phrase of somebody else's, and Incomplete with what is wrong.
    """
    return _write(_own(by, pk), title, text)


@transaction.atomic
def remove_phrase(by: User, pk: int) -> None:
    """Delete a phrase of the user's; reports keep its text. Raises NotVisible and NotAllowed."""
    _own(by, pk).delete()


def may_change(by: User, phrase: Phrase) -> bool:
    """Return whether a phrase that the user sees is theirs to change."""
    owner = phrase.owner
    return by.is_superuser if owner is None else owner.staff_member.user_id == by.pk


def _owner(by: User) -> Pathologist | None:
    return None if by.is_superuser else require_pathologist(by)


def _own(by: User, pk: int) -> Phrase:
    visible = Phrase.objects.visible_to(by).select_for_update(of=("self",))
    phrase = visible.select_related("owner__staff_member").filter(pk=pk).first()
    if phrase is None:
        raise NotVisible(_("There is no such phrase."))
    if not may_change(by, phrase):
        raise NotAllowed(_("Only administrators change the shared phrases."))
    return phrase


def _write(phrase: Phrase, title: str, text: str) -> Phrase:
    phrase.title, phrase.text = normalize(title).strip(), normalize(text)
    limits = {name: (getattr(phrase, name), max_length(Phrase, name)) for name in ("title", "text")}
    wrong = too_long(limits) | {name: _("Write it.") for name in limits if not limits[name][0].strip()}
    if wrong:
        raise Incomplete(_("The phrase is not complete."), wrong)
    phrase.save()
    return phrase
