"""The days on which the laboratory does not work, kept by administrators."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import Holiday, User
from lims.services.kit.permissions import require_admin


@transaction.atomic
def set_holiday(by: User, on: date, name: str, pk: int | None = None) -> Holiday:
    """Write a holiday, or change the one of this pk, and return it; what is expected keeps its dates.

    Raises NotAllowed for everybody but administrators, and Incomplete for a day that is one already.
    """
    require_admin(by)
    holiday = Holiday.objects.get(pk=pk) if pk else Holiday()
    holiday.on, holiday.name = on, name
    try:
        with transaction.atomic():
            holiday.save()
    except IntegrityError as error:
        # The day alone can be taken; looking first would not see who takes it at the same moment.
        taken = {"on": _("This day is a holiday already.")}
        raise Incomplete(_("Something is missing or wrong."), taken) from error
    return holiday


@transaction.atomic
def remove_holiday(by: User, pk: int) -> None:
    """Delete a holiday, so that the laboratory works on its day. Idempotent; raises NotAllowed."""
    require_admin(by)
    Holiday.objects.filter(pk=pk).delete()
