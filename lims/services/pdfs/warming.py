"""Have the papers of every cached kind made: an operation per kind, all of them or none."""

import hashlib
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import Operation, User
from lims.services.kit.idempotency import KEY_MAX, require_key
from lims.services.kit.permissions import require_admin
from lims.services.operations import operations
from lims.services.operations.action import Preview
from lims.services.operations.selections import Selection
from lims.services.pdfs.bulk import Warm, warming

Foreseen = list[tuple[Warm, Preview]]


def foresee_everything(by: User) -> Foreseen:
    """Return what would happen to the papers of each kind, by its action. Raises NotAllowed."""
    require_admin(by)
    return [(action, action.preview(by, action.candidates(by))) for action in warming().values()]


@transaction.atomic
def warm_everything(by: User, key: str = "") -> list[Operation]:
    """Start an operation for each kind of which there is something to make, and return them.

    The same key of the same user returns those that it started. Raises NotAllowed, and Incomplete where
    there is nothing to make at all, and for a damaged key.
    """
    foreseen = foresee_everything(by)
    require_key(key)
    key = key or str(uuid.uuid4())
    keys = {action.name: _key_of(action, key) for action, _preview in foreseen}
    if begun := list(Operation.objects.filter(requested_by=by, idempotency_key__in=keys.values())):
        return begun
    wanted = [action for action, preview in foreseen if preview.allowed]
    if not wanted:
        raise Incomplete(_("There is no PDF to make."))
    return [
        operations.start(by, action.name, Selection(rows=action.candidates(by)), keys[action.name])
        for action in wanted
    ]


def _key_of(action: Warm, key: str) -> str:
    # One form starts several operations, and a key is one operation's.
    return hashlib.sha256(f"{action.name} {key}".encode()).hexdigest()[:KEY_MAX]
