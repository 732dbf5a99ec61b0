"""Staff of the laboratory, as administrators write it."""

from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import StaffMember, User
from lims.services.kit.permissions import require_admin
from lims.services.kit.texts import max_length, normalize, too_long

FIELDS = ("first_names", "last_names", "position")
REQUIRED = ("first_names", "last_names")


@transaction.atomic
def create_member(by: User, user: User, **values: str) -> StaffMember:
    """Say whose account of the laboratory this is, and return the new member of the staff; not idempotent.

    Raises NotAllowed for everybody but administrators, and Incomplete for the account of a veterinarian, one
    that belongs to somebody, and with the fields that are missing or wrong.
    """
    require_admin(by)
    # The second of two who name the same account at the same moment waits here.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_laboratory or StaffMember.objects.filter(user=user).exists():
        message = _("Choose an account of the laboratory that belongs to nobody yet.")
        raise Incomplete(message, {"user": message})
    return _write(StaffMember(user=user), values)


@transaction.atomic
def change_member(by: User, pk: int, **values: str) -> StaffMember:
    """Change a member of the staff and return them; whose account it is stays. Idempotent.

    Raises NotAllowed for everybody but administrators, and Incomplete with the fields that are wrong.
    """
    require_admin(by)
    return _write(StaffMember.objects.select_for_update().get(pk=pk), values)


def _write(member: StaffMember, values: dict[str, str]) -> StaffMember:
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"not a member of the staff's data: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(member, name, normalize(value).strip())
    if wrong := _mistakes(member):
        raise Incomplete(_("Something is missing or wrong."), wrong)
    member.save()
    return member


def _mistakes(member: StaffMember) -> dict[str, str]:
    texts = {name: (getattr(member, name), max_length(StaffMember, name)) for name in FIELDS}
    return too_long(texts) | {name: _("Write it.") for name in REQUIRED if not getattr(member, name)}
