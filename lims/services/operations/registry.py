"""The bulk actions by name; each noun's `bulk` module registers its own."""

from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.services.operations.action import Action

_ACTIONS: dict[str, Action] = {}


def register(action: type[Action]) -> type[Action]:
    """Add one action of this class under its name; a class decorator. Raises ValueError for a taken name."""
    if action.name in _ACTIONS:
        raise ValueError(f"The action {action.name!r} is registered twice; a retry does not help.")
    _ACTIONS[action.name] = action()
    return action


def get(name: str) -> Action:
    """Return the action; raise NotVisible where there is none of this name."""
    try:
        return _ACTIONS[name]
    except KeyError:
        raise NotVisible(_("There is no such action.")) from None


def every() -> list[Action]:
    """Return all actions, in the order in which they were registered."""
    return list(_ACTIONS.values())
