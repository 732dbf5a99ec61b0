"""The bulk actions: one class each, known by a name."""

from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import User
from lims.services.operations.action import Action, Context, Named, Preview, Refused
from lims.services.operations.retrying import ResendDeliveries, RetryJobs
from lims.services.pdfs.bulk import (
    InvalidateLabelSheets,
    InvalidateWorkOrders,
    PaperAction,
    Warm,
    WarmLabelSheets,
    WarmWorkOrders,
)
from lims.services.protocols.bulk import ProcessProtocols, ReadyProtocols
from lims.services.reception.bulk import ReceiveProtocols
from lims.services.work_orders.bulk import IssueAndSend

__all__ = ["Action", "Context", "Named", "Preview", "Refused", "PaperAction", "allowed_to", "get", "warming"]

_ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        ReceiveProtocols(),
        ProcessProtocols(),
        ReadyProtocols(),
        IssueAndSend(),
        WarmWorkOrders(),
        InvalidateWorkOrders(),
        WarmLabelSheets(),
        InvalidateLabelSheets(),
        ResendDeliveries(),
        RetryJobs(),
    )
}


def get(name: str) -> Action:
    """Return the action; raise NotVisible where there is none of this name."""
    try:
        return _ACTIONS[name]
    except KeyError:
        raise NotVisible(_("There is no such action.")) from None


def allowed_to(user: User) -> list[Action]:
    """Return the actions that the user may ask for."""
    return [action for action in _ACTIONS.values() if action.allows(user)]


def warming() -> dict[str, PaperAction]:
    """Return the actions that have papers made ahead, by their cached kind."""
    return {action.kind: action for action in _ACTIONS.values() if isinstance(action, Warm)}
