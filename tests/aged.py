"""For tests of retention: changes and accesses as if they had been written long ago."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.db import transaction

from lims.models import DocumentAccess, User
from lims.models.history import changes_of


def dated(thing: Any, *moments: datetime | None) -> None:
    """Let the changes of a thing have been written at these moments, in their order; None leaves one."""
    changes = changes_of(type(thing))
    pks = changes.objects.filter(pgh_obj_id=thing.pk).order_by("pgh_id").values_list("pgh_id", flat=True)
    with transaction.atomic(), pgtrigger.ignore(f"{changes._meta.label}:append_only"):
        for pk, moment in zip(pks, moments, strict=True):
            if moment:
                changes.objects.filter(pgh_id=pk).update(pgh_created_at=moment)


def opened(kind: str, user: User, at: datetime) -> DocumentAccess:
    """Return an access of that time."""
    made = DocumentAccess.objects.create(kind=kind, document_pk=1, user=user, outcome="hit")
    with transaction.atomic(), pgtrigger.ignore("lims.DocumentAccess:append_only"):
        DocumentAccess.objects.filter(pk=made.pk).update(at=at)
    return made
