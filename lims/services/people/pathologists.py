"""Pathologists, their signatures and who of them may sign: administrators decide."""

from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete, NotAllowed
from lims.models import Pathologist, Role, StaffMember, User
from lims.services.kit import images
from lims.services.kit.permissions import require_admin

FIELDS = ("licence", "specialty", "contact", "may_sign")


def create_pathologist(
    by: User, staff_member: StaffMember, *, signature: IO[bytes] | None = None, **values: Any
) -> Pathologist:
    """Make a member of the staff a pathologist and return it; not idempotent.

    Raises NotAllowed, and Incomplete for one whose account has another role or who is one already, and as
    `change_pathologist` does.
    """
    require_admin(by)
    picture = _picture(signature)
    with transaction.atomic():
        StaffMember.objects.select_for_update().get(pk=staff_member.pk)
        _check_member(staff_member)
        return _write(Pathologist(staff_member=staff_member), picture, False, values)


def change_pathologist(
    by: User,
    pk: int,
    *,
    signature: IO[bytes] | None = None,
    remove_signature: bool = False,
    **values: Any,
) -> Pathologist:
    """Change a pathologist, and their signature where one is given; return it. Idempotent.

    Issued reports keep the name, licence and signature that they were finalized with. Raises NotAllowed, and
    Incomplete for a missing licence, a signature that cannot be used, or a right to sign without one; then
    nothing is stored.
    """
    require_admin(by)
    picture = _picture(signature)
    with transaction.atomic():
        pathologist = Pathologist.objects.select_for_update().get(pk=pk)
        return _write(pathologist, picture, remove_signature, values)


def require_pathologist(by: User) -> Pathologist:
    """Return whom this user writes reports as; raise NotAllowed for everybody who writes none."""
    author = Pathologist.objects.filter(staff_member__user=by).select_related("staff_member").first()
    if by.role != Role.PATHOLOGIST or author is None:
        raise NotAllowed(_("Only pathologists write reports."))
    return author


def _picture(signature: IO[bytes] | None) -> images.Picture | None:
    try:
        return images.prepare(signature) if signature else None
    except images.ImageRefused as error:
        raise Incomplete(str(error), {"signature": str(error)}) from error


def _check_member(staff_member: StaffMember) -> None:
    if staff_member.user.role != Role.PATHOLOGIST:
        message = _("Only whose account has the role of a pathologist can be one.")
        raise Incomplete(message, {"staff_member": message})
    if Pathologist.objects.filter(staff_member=staff_member).exists():
        message = _("This member of the staff is a pathologist already.")
        raise Incomplete(message, {"staff_member": message})


def _write(
    pathologist: Pathologist, picture: images.Picture | None, remove_signature: bool, values: dict
) -> Pathologist:
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"not a pathologist's data: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(pathologist, name, value)
    if picture or remove_signature:
        pathologist.signature_id = images.keep(picture) if picture else None
    _check(pathologist)
    pathologist.save()
    return pathologist


def _check(pathologist: Pathologist) -> None:
    if not pathologist.licence.strip():
        raise Incomplete(
            _("The licence is missing."), {"licence": _("Reports are signed with a professional licence.")}
        )
    if pathologist.may_sign and not pathologist.signature_id:
        raise Incomplete(
            _("Nobody may sign without a signature."),
            {"may_sign": _("Add the image of the signature first.")},
        )
