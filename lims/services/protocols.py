"""Moves a protocol from state to state."""

from django.utils.translation import gettext as _

from lims.errors import InvalidTransition
from lims.models import Protocol, ProtocolHistory, ProtocolStatus, ReportStatus, User
from lims.models.protocols import TRANSITIONS


def move(protocol: Protocol, status: ProtocolStatus, by: User | None, reason: str = "") -> None:
    """Give a protocol its next state, in the caller's transaction; nobody is the program itself.

    Looks at the row as it is now, under lock. Raises InvalidTransition, and then nothing has changed.
    """
    before = ProtocolStatus(_locked_status(protocol.pk))
    if status not in TRANSITIONS[before]:
        message = _("A protocol that is “%(state)s” cannot become “%(wanted)s”.")
        raise InvalidTransition(message % {"state": before.label, "wanted": status.label})
    if status == ProtocolStatus.PROCESSING and _is_being_issued(protocol):
        raise InvalidTransition(_("The report of this protocol is being issued; amend it instead."))
    Protocol.objects.filter(pk=protocol.pk).update(status=status)
    protocol.status = status
    ProtocolHistory.objects.create(protocol=protocol, before=before, after=status, by=by, reason=reason)


def _locked_status(pk: int) -> str:
    # Not the key: whoever adds a row that refers to the protocol need not wait.
    locked = Protocol.objects.select_for_update(no_key=True)
    return locked.values_list("status", flat=True).get(pk=pk)


def _is_being_issued(protocol: Protocol) -> bool:
    return protocol.reports.filter(status=ReportStatus.FINALIZED).exists()
