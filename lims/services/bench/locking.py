"""What every verb of the bench shares: who works there, and on which protocols; and that work begins."""

from collections.abc import Collection, Sequence

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import DeliveryKind, Protocol, ProtocolStatus, User
from lims.models.protocols import AT_THE_BENCH
from lims.services.kit.permissions import require_laboratory
from lims.services.kit.texts import max_length, normalize, too_long
from lims.services.protocols import announcing, transitions

# So many are made by one form at the most, and so many a protocol may have in its life.
AT_ONCE_MAX = 50
EVER_MAX = 9_999


def lock(by: User, pk: int) -> Protocol:
    """Return a protocol, locked until the transaction ends; raise NotAllowed and NotVisible."""
    require_laboratory(by)
    found = lock_all(by, Protocol.objects.filter(pk=pk))
    if not found:
        raise NotVisible(_("There is no such protocol."))
    return found[0]


def lock_all(by: User, which: QuerySet[Protocol]) -> list[Protocol]:
    """Return those of these protocols that the user may see, locked in the one order of all who lock several.

    Whoever changes what lies on the bench holds its protocol, so that what is looked at then stays so.
    """
    visible = Protocol.objects.visible_to(by).filter(pk__in=which.order_by().values("pk"))
    # Not the key: whoever adds a row that refers to one of them need not wait.
    locked = visible.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(locked.select_related("veterinarian"))


def take_into_work(by: User, found: Sequence[Protocol]) -> None:
    """Make received protocols ones in process, and have whoever wishes it told.

    Raises InvalidTransition for any that is neither, and then nothing has changed.
    """
    received = [protocol for protocol in found if protocol.status == ProtocolStatus.RECEIVED]
    for protocol in found:
        if protocol.status not in AT_THE_BENCH:
            raise InvalidTransition(_not_on_bench(protocol))
    if received:
        events = transitions.transition_all(received, ProtocolStatus.PROCESSING, by)
        announcing.announce(events, DeliveryKind.PROTOCOL_PROCESSING, by)


def require_in_work(found: Sequence[Protocol]) -> None:
    """Raise InvalidTransition for a protocol that is not in process."""
    for protocol in found:
        if protocol.status != ProtocolStatus.PROCESSING:
            raise InvalidTransition(_not_on_bench(protocol))


def require_all(found: Sequence[Model], pks: Collection[int]) -> None:
    """Raise NotVisible unless all that was chosen was found, and Incomplete where nothing was chosen."""
    if not pks:
        raise Incomplete(_("Nothing was chosen."))
    if len(found) < len(set(pks)):
        raise gone()


def check_count(wanted: int, last: int) -> None:
    """Raise Incomplete where none or too many are to be made of one protocol."""
    if not 0 < wanted <= AT_ONCE_MAX:
        message = _("From 1 to %(most)s can be made at once.") % {"most": AT_ONCE_MAX}
        raise Incomplete(message, {"count": message})
    if last + wanted > EVER_MAX:
        raise Incomplete(_("This sample has as many as one can have."))


def checked(model: type[Model], name: str, text: str) -> str:
    """Return a text as a field keeps it; raise Incomplete where it is too long for it."""
    text = normalize(text).strip()
    if wrong := too_long({name: (text, max_length(model, name))}):
        raise Incomplete(_("Something is too long."), wrong)
    return text


def gone() -> NotVisible:
    """Return the refusal of whoever chose something that is not there any more."""
    return NotVisible(_("Something that was chosen is not there any more. Load the page again."))


def _not_on_bench(protocol: Protocol) -> str:
    message = _("%(code)s is “%(state)s”: nothing on its bench can be changed.")
    return message % {"code": protocol.code, "state": protocol.get_status_display()}
