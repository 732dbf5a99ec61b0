"""Bulk operations as people ask for them: start, watch, cancel, resume, retry what failed."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from actors import jobs
from lims.errors import InvalidTransition, NotAllowed, NotVisible
from lims.models import ItemState, Operation, OperationItem, OperationState, User
from lims.services.kit.idempotency import KEY_MAX, require_key
from lims.services.operations import registry, selections
from lims.services.operations.action import Action
from lims.services.operations.selections import Selection

LANES = 2
# So long after it began, the same asked for again without a key is taken for a repeat on the way here.
REPEATED_S = 120


@dataclass(frozen=True)
class Progress:
    """How far an operation is. Without a rate yet, nobody knows when it ends."""

    state: OperationState
    total: int
    done: int
    failed: int
    pending: int
    rate_per_s: float
    eta_s: int | None


@transaction.atomic
def start(
    by: User,
    action_name: str,
    selection: Selection,
    key: str = "",
    params: dict[str, Any] | None = None,
    choice: str = "",
) -> Operation:
    """Freeze what was chosen and have it worked on in the background; return the operation.

    The same key of the same user returns the operation that it started. Without a key so does the same
    `choice`, the text by which something was chosen, while that operation runs, or soon after, when nothing
    of it is left to be done. Raises NotVisible for an unknown action, NotAllowed for a role that may not, and
    Incomplete where nothing was chosen, or something that is not there for the user; then there is no
    operation.
    """
    action = action_for(by, action_name)
    require_key(key)
    if not key and choice:
        begun = _begun(action, choice)
        if repeated := _repeated(by, action, selection, begun):
            return repeated
        key = f"{begun}{uuid.uuid4().hex}"
    key = key or str(uuid.uuid4())
    frozen = selections.freeze(by, action, selection, key, params or {})
    if frozen is None:
        # Either this key was used, perhaps a moment ago, or something of the selection is not there.
        return _earlier(by, key) or selections.refuse_absent(by, action, selection)
    operation = Operation.objects.get(pk=frozen)
    _enqueue_expansion(operation)
    return operation


def action_for(by: User, name: str) -> Action:
    """Return the action of this name; raise NotVisible, and NotAllowed for a role that may not ask for it."""
    action = registry.get(name)
    if not action.allows(by):
        raise NotAllowed(_("Your role does not allow this."))
    return action


def find(by: User, pk: int) -> Operation:
    """Return an operation that the user may see; raise NotVisible."""
    found = Operation.objects.visible_to(by).select_related("requested_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such operation."))
    return found


def progress(operation: Operation) -> Progress:
    """Return how far an operation is now, counted from its rows; one statement."""
    of_round = Q(items__done_at__gte=F("started_at"))
    row = (
        Operation.objects.filter(pk=operation.pk)
        .annotate(
            done=Count("items", filter=Q(items__state=ItemState.DONE)),
            failed=Count("items", filter=Q(items__state=ItemState.FAILED)),
            handled=Count("items", filter=of_round),
            worked=Now() - F("started_at"),
        )
        .values("state", "total", "done", "failed", "handled", "worked")
        .get()
    )
    pending = row["total"] - row["done"] - row["failed"]
    worked_s = row["worked"].total_seconds() if row["worked"] else 0
    running = row["state"] == OperationState.RUNNING
    rate = row["handled"] / worked_s if running and worked_s else 0.0
    return Progress(
        state=OperationState(row["state"]),
        total=row["total"],
        done=row["done"],
        failed=row["failed"],
        pending=pending,
        rate_per_s=rate,
        eta_s=round(pending / rate) if rate else (0 if not pending else None),
    )


@transaction.atomic
def cancel(by: User, pk: int) -> Operation:
    """Stop an operation before its next chunk and return it; what is done stays done.

    A second click is harmless. Raises NotVisible, and InvalidTransition once it has ended.
    """
    operation = _locked(by, pk)
    if operation.state == OperationState.CANCELLED:
        return operation
    if not operation.is_running:
        raise InvalidTransition(_("This operation has ended already."))
    stop(operation, by)
    return operation


def stop(operation: Operation, by: User | None) -> None:
    """Cancel a running operation that the caller's transaction holds locked; nobody is the program itself."""
    _save(operation, state=OperationState.CANCELLED, cancelled_at=Now(), cancelled_by=by)
    args = (operation.pk, operation.round)
    jobs.enqueue(
        "end_operation", f"{operation.pk}/{operation.round}", args, requested_by_id=by.pk if by else None
    )


@transaction.atomic
def resume(by: User, pk: int) -> Operation:
    """Let a cancelled operation go on with what is pending, and return it. A second click is harmless.

    Raises NotVisible, NotAllowed, and InvalidTransition once it has ended.
    """
    operation = _locked(by, pk)
    action_for(by, operation.action)
    if operation.is_running:
        return operation
    if operation.state != OperationState.CANCELLED:
        raise InvalidTransition(_("This operation has ended already."))
    _begin_round(operation)
    return operation


@transaction.atomic
def retry_failed(by: User, pk: int) -> Operation:
    """Have the failed items of an ended operation tried again, and return it. A second click is harmless.

    Raises NotVisible, NotAllowed, and InvalidTransition if it was cancelled, or nothing failed.
    """
    operation = _locked(by, pk)
    action_for(by, operation.action)
    if operation.is_running:
        return operation
    if operation.state != OperationState.DONE:
        raise InvalidTransition(_("This operation was cancelled. Resume it first."))
    failed = operation.items.filter(state=ItemState.FAILED)
    if not failed.update(state=ItemState.PENDING, reason="", done_at=None):
        raise InvalidTransition(_("Nothing of this operation failed."))
    _begin_round(operation)
    return operation


def failures(operation: Operation) -> QuerySet[OperationItem]:
    """Return the items that failed, in the order of the list."""
    return operation.items.filter(state=ItemState.FAILED).order_by("position")


def enqueue_lanes(operation: Operation) -> None:
    """Have the pending items of an expanded operation worked on, in the caller's transaction."""
    args = (operation.pk, operation.round)
    lanes = {f"{operation.pk}/{operation.round}/{lane}/1": (*args, lane, 1) for lane in range(1, LANES + 1)}
    jobs.enqueue_many("run_lane", lanes, requested_by_id=operation.requested_by_id)


def _begin_round(operation: Operation) -> None:
    # A new round's jobs are new ones: whichever are left of the last round stop by themselves.
    _save(
        operation,
        state=OperationState.RUNNING,
        round=operation.round + 1,
        started_at=Now(),
        cancelled_at=None,
        cancelled_by=None,
        finished_at=None,
    )
    if operation.expanded_at:
        enqueue_lanes(operation)
    else:
        _enqueue_expansion(operation)


def _enqueue_expansion(operation: Operation) -> None:
    ref, args = f"{operation.pk}/{operation.round}", (operation.pk, operation.round)
    jobs.enqueue("expand_operation", ref, args, requested_by_id=operation.requested_by_id)


def _save(operation: Operation, **values: Any) -> None:
    Operation.objects.filter(pk=operation.pk).update(**values)
    operation.refresh_from_db(fields=list(values))


def _locked(by: User, pk: int) -> Operation:
    visible = Operation.objects.visible_to(by).select_for_update(no_key=True)
    found = visible.filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such operation."))
    return found


def _begun(action: Action, choice: str) -> str:
    """Return how the key begins that an operation about this is given."""
    return hashlib.sha256(f"{action.name} {choice}".encode()).hexdigest()[: KEY_MAX // 2]


def _repeated(by: User, action: Action, selection: Selection, begun: str) -> Operation | None:
    # The second of two that arrive at once waits here until the first is written.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    soon = Q(state=OperationState.DONE, created_at__gte=timezone.now() - timedelta(seconds=REPEATED_S))
    same = Operation.objects.filter(requested_by=by, idempotency_key__startswith=begun)
    last = same.filter(soon | Q(state=OperationState.RUNNING)).order_by("-pk").first()
    if last is None or last.is_running:
        return last
    # It is no repeat if something can be done again since, or came to be chosen since.
    left = action.preview(by, selections.rows(by, action, selection)).allowed
    return None if left else last


def _earlier(by: User, key: str) -> Operation | None:
    return Operation.objects.filter(requested_by=by, idempotency_key=key).first()
