"""The bulk actions: one class each, known by a name."""

from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import User
from lims.services.actions.base import Action, Context, Named, Preview, Refused
from lims.services.actions.moving import ProcessProtocols, ReadyProtocols
from lims.services.actions.on_work_orders import InvalidateDocuments, IssueAndSend, WarmDocuments
from lims.services.actions.rearming import ResendDeliveries, RetryJobs
from lims.services.actions.receiving import ReceiveProtocols

__all__ = ["Action", "Context", "Named", "Preview", "Refused", "allowed_to", "get"]

_ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        ReceiveProtocols(),
        ProcessProtocols(),
        ReadyProtocols(),
        IssueAndSend(),
        WarmDocuments(),
        InvalidateDocuments(),
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
