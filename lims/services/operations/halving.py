"""Tries a chunk as a whole, and what fails in ever smaller parts, so that one bad row fails alone."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from lims.errors import LimsError
from lims.services.operations.action import Action, Context

log = structlog.get_logger(__name__)

# The database is away, full, or made two wait for each other: no thing's fault, so the job is tried again.
NOBODYS_FAULT = (OperationalError, InterfaceError, MemoryError)


def apply_or_split(action: Action, context: Context, things: Sequence[Any]) -> dict[int, str]:
    """Do the action to locked things and return the reason of each that it was not done to, by pk.

    In the caller's transaction, each part in a savepoint: what fails leaves no trace, not even a number.
    Halving finds the bad ones among many good ones in few steps. Raises what is nobody's fault.
    """
    try:
        with transaction.atomic():
            return action.apply_chunk(context, things)
    except NOBODYS_FAULT:
        raise
    except Exception as error:
        if len(things) == 1:
            return {things[0].pk: _reason(context, things[0].pk, error)}
    action.hold_shared(context, things)
    middle = len(things) // 2
    return apply_or_split(action, context, things[:middle]) | apply_or_split(action, context, things[middle:])


def _reason(context: Context, pk: int, error: Exception) -> str:
    if isinstance(error, LimsError):
        return str(error)
    # A database's error is clear without its calls, and may come for each of thousands of items.
    trace = None if isinstance(error, DatabaseError) else error
    log.warning("item failed", operation=context.operation.pk, item=pk, error=str(error), exc_info=trace)
    return _("Something happened that nobody foresaw. Try again; if it fails again, tell the developers.")
