"""What pathologists want made of a sample beside what is usual: asked for, and done."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition
from lims.models import (
    AdditionalRequest,
    NotificationKind,
    Protocol,
    ProtocolStatus,
    RequestKind,
    Role,
    User,
)
from lims.models.protocols import ProtocolKind
from lims.services.bench import locking
from lims.services.kit.permissions import require_laboratory
from lims.services.mail import notifications
from lims.services.people.pathologists import require_pathologist
from lims.services.protocols import transitions


@dataclass(frozen=True)
class Wish:
    """What is wanted, of which cassette, and in what words."""

    kind: RequestKind
    cassette_pk: int | None = None
    stain: str = ""
    detail: str = ""


@transaction.atomic
def request_more(by: User, pk: int, wish: Wish) -> AdditionalRequest:
    """Ask the bench for something more of a protocol, which stays in process until then; return it.

    The same wish again, while it is open, is the same request. Raises NotAllowed for everybody but
    pathologists, NotVisible, InvalidTransition unless the protocol is ready or in process and its report not
    being issued, and Incomplete with the fields that are missing or wrong.
    """
    require_pathologist(by)
    protocol = locking.lock(by, pk)
    values = _values(protocol, wish)
    if same := protocol.requests.open().filter(**values).first():
        return same
    _take_back(protocol, by)
    made = AdditionalRequest.objects.create(protocol=protocol, requested_by=by, **values)
    others = [user for user in notifications.overseers(Role.STAFF) if user.pk != by.pk]
    _notify(others, NotificationKind.REQUEST_MADE, protocol)
    return made


@transaction.atomic
def finish_requests(by: User, pks: Collection[int]) -> int:
    """Write down that what was asked for is done, by this user, and tell who asked; return how many are new.

    Idempotent: what was done keeps who and when. Raises NotAllowed, and NotVisible if one is not there.
    """
    require_laboratory(by)
    # Their protocols first, in the order of all who work on the bench.
    locking.lock_all(by, Protocol.objects.filter(requests__in=pks))
    visible = AdditionalRequest.objects.visible_to(by).filter(pk__in=pks)
    found = list(visible.select_related("protocol", "requested_by").order_by("pk"))
    locking.require_all(found, pks)
    new = [each for each in found if each.done_at is None]
    visible.open().update(done_at=timezone.now(), done_by=by)
    for each in new:
        if each.requested_by_id != by.pk:
            _notify([each.requested_by], NotificationKind.REQUEST_DONE, each.protocol)
    return len(new)


def _take_back(protocol: Protocol, by: User) -> None:
    if protocol.status == ProtocolStatus.READY:
        transitions.transition(protocol, ProtocolStatus.PROCESSING, by)
    elif protocol.status != ProtocolStatus.PROCESSING:
        raise InvalidTransition(transitions.why_not(protocol.status, ProtocolStatus.PROCESSING))


def _values(protocol: Protocol, wish: Wish) -> dict:
    values = {
        "kind": RequestKind(wish.kind),
        "cassette_id": wish.cassette_pk,
        "stain": locking.checked(AdditionalRequest, "stain", wish.stain),
        "detail": locking.checked(AdditionalRequest, "detail", wish.detail),
    }
    if missing := _missing(protocol, values):
        raise Incomplete(_("Something is missing or wrong."), missing)
    return values


def _missing(protocol: Protocol, values: dict) -> dict[str, str]:
    missing = {}
    is_tissue = protocol.kind == ProtocolKind.HISTOPATHOLOGY
    cassette = values["cassette_id"]
    if values["kind"] == RequestKind.MORE_CUTS and not (is_tissue and cassette):
        missing["cassette"] = _("Say of which cassette.") if is_tissue else _("Cells cannot be cut.")
    if cassette and not protocol.cassettes.filter(pk=cassette).exists():
        missing["cassette"] = _("This cassette is of another sample.")
    if values["kind"] == RequestKind.STAIN and not values["stain"]:
        missing["stain"] = _("Say which stain.")
    if values["kind"] == RequestKind.OTHER and not values["detail"]:
        missing["detail"] = _("Say what is wanted.")
    return missing


def _notify(users: list[User], kind: NotificationKind, protocol: Protocol) -> None:
    path = reverse("protocol_processing", args=(protocol.pk,))
    notifications.notify(users, kind, protocol.code, path)
