"""The laboratory's own data and logo."""

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import Laboratory, User
from lims.services.kit import images, tax_ids
from lims.services.kit.permissions import require_admin
from lims.services.kit.texts import normalize

FIELDS = (
    "name",
    "address",
    "phone",
    "email",
    "website",
    "tax_id",
    "director",
    "footer",
    "work_order_terms",
)


def change_laboratory(
    by: User, *, logo: IO[bytes] | None = None, remove_logo: bool = False, **values: str
) -> Laboratory:
    """Write the laboratory's data, and its logo where one is given; return the one row. Idempotent.

    Papers follow by themselves: all this is in their keys. Raises NotAllowed, and Incomplete for a missing
    name, a wrong CUIT or a logo that cannot be used; then nothing is stored.
    """
    require_admin(by)
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"not laboratory data: {', '.join(sorted(unknown))}")
    picture = _picture(logo) if logo else None
    with transaction.atomic():
        laboratory = Laboratory.objects.select_for_update().filter(pk=1).first() or Laboratory(pk=1)
        _apply(laboratory, values)
        if picture or remove_logo:
            laboratory.logo_id = images.keep(picture) if picture else None
        laboratory.save()
    return laboratory


def _apply(laboratory: Laboratory, values: dict[str, str]) -> None:
    before = laboratory.tax_id
    for name, value in values.items():
        setattr(laboratory, name, normalize(value))
    laboratory.tax_id = tax_ids.spelled(laboratory.tax_id)
    if not laboratory.name.strip():
        raise Incomplete(_("The name is missing."), {"name": _("Say what the laboratory is called.")})
    wrong = tax_ids.wrong_cuit(laboratory.tax_id)
    if wrong and laboratory.tax_id != before:
        raise Incomplete(_("The tax id is wrong."), {"tax_id": wrong})


def _picture(logo: IO[bytes]) -> images.Picture:
    try:
        return images.prepare(logo)
    except images.ImageRefused as error:
        raise Incomplete(str(error), {"logo": str(error)}) from error
