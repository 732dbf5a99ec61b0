"""The work of operations: one row per thing, then lanes that take chunk after chunk, then one end.

A chunk, what it does and the states of its items are one transaction, so a killed worker leaves nothing half
done, and what it held is free for another lane.
"""

import time
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from actors import jobs
from lims.models import ItemState, Operation, OperationItem, OperationState
from lims.services.operations import operations, registry, rounds
from lims.services.operations.action import Action, Context
from lims.services.operations.halving import apply_or_split

log = structlog.get_logger(__name__)

SLICE = 20_000
# A lane passes on to a job of its own kind after so long: no worker is lost for long on one operation, and
# attempts count for what was done since.
LANE_S = 15.0
REASON_MAX = 500

EXPAND = """
INSERT INTO {item} (operation_id, position, object_pk, state, reason, round)
SELECT operation.id, listed.place + %(first)s, listed.pk, 'pending', '', 0
FROM {operation} AS operation,
     unnest(operation.item_ids[%(first)s + 1 : %(first)s + %(count)s]) WITH ORDINALITY AS listed (pk, place)
WHERE operation.id = %(operation)s
ON CONFLICT DO NOTHING
"""
WRITE = """
UPDATE {item} AS item SET
    state = CASE WHEN given.reason = '' THEN 'done' ELSE 'failed' END,
    reason = given.reason, round = %(round)s, done_at = statement_timestamp()
FROM unnest(%(items)s::bigint[], %(reasons)s::text[]) AS given (pk, reason)
WHERE item.id = given.pk
"""
# Chunks share it, the end of a round has it alone: so it sees every chunk's end, and none begins meanwhile.
# Unlike a row's lock it is given in the order of asking, so two busy lanes cannot keep an end waiting.
LOCK = "SELECT pg_advisory_xact_lock{shared}(hashtextextended('operation', %s))"


def expand(job: jobs.Job) -> None:
    """Write one row for each thing of an operation and start its lanes; safe twice, late and killed."""
    pk, round_ = job.args
    first = 0
    while True:
        with transaction.atomic():
            jobs.lock_and_renew(job)
            operation = _running(pk, round_)
            if operation is None or operation.expanded_at:
                return
            _expand_slice(operation, first)
            first += SLICE
            if first >= operation.total:
                Operation.objects.filter(pk=pk).update(expanded_at=Now(), started_at=Now(), item_ids=[])
                operations.enqueue_lanes(operation)
                return


def run_lane(job: jobs.Job) -> None:
    """Do chunk after chunk of an operation until none is left or it is cancelled; the last lane ends it.

    Safe twice, late and killed anywhere. Raises LeaseLost, and what the database raises where that is
    nobody's fault; then only the chunk in work is undone.
    """
    pk, round_, lane, part = job.args
    until_s = time.monotonic() + LANE_S
    while time.monotonic() < until_s:
        if not _do_chunk(job, pk, round_) and end(job, pk, round_):
            return
        jobs.failpoint("after_chunk")
    with transaction.atomic():
        jobs.lock_and_renew(job)
        ref, args = f"{pk}/{round_}/{lane}/{part + 1}", (pk, round_, lane, part + 1)
        jobs.enqueue("run_lane", ref, args, requested_by_id=job.requested_by_id)


def end(job: jobs.Job, pk: int, round_: int) -> bool:
    """End a round if it has nothing left to do, once, and return whether there is nothing left for this job.

    A cancelled round ends too: what it has done is announced.
    """
    with transaction.atomic():
        jobs.lock_and_renew(job)
        _lock(pk)
        found = Operation.objects.select_related("requested_by").select_for_update(of=("self",), no_key=True)
        operation = found.filter(pk=pk, round=round_, ended_round__lt=F("round")).first()
        if operation is None or operation.state == OperationState.DONE:
            return True
        if operation.is_running and operation.items.filter(state=ItemState.PENDING).exists():
            return False
        rounds.end_round(operation)
    return True


def end_cancelled(job: jobs.Job) -> None:
    """Announce the end of a cancelled round, unless it was resumed meanwhile; safe twice and late."""
    pk, round_ = job.args
    end(job, pk, round_)


def on_failed(job: jobs.Job) -> None:
    """Stop an operation whose job failed for good, so that somebody sees it and may resume it."""
    pk, round_ = job.args[:2]
    operation = _running(pk, round_)
    if operation:
        operations.stop(operation, by=None)


def _running(pk: int, round_: int) -> Operation | None:
    found = Operation.objects.filter(pk=pk, round=round_, state=OperationState.RUNNING)
    return found.select_related("requested_by").first()


def _expand_slice(operation: Operation, first: int) -> None:
    tables = {"item": OperationItem._meta.db_table, "operation": Operation._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(EXPAND.format(**tables), {"operation": operation.pk, "first": first, "count": SLICE})


def _do_chunk(job: jobs.Job, pk: int, round_: int) -> bool:
    """Work on the next chunk, in one transaction, and return whether there may be another."""
    with transaction.atomic():
        jobs.lock_and_renew(job)
        _lock(pk, shared=True)
        operation = _running(pk, round_)
        if operation is None:
            return False
        action = registry.get(operation.action)
        items = _claim(operation, action.chunk_size)
        # The requester reads why items failed.
        with translation.override(operation.requested_by.language):
            refused = _apply(action, operation, list(items))
        _write(items, refused, round_)
        jobs.failpoint("in_chunk")
    return len(items) == action.chunk_size


def _claim(operation: Operation, count: int) -> dict[int, int]:
    """Return the next pending items that no other lane has, in their order: their pks by their things'."""
    pending = operation.items.filter(state=ItemState.PENDING).order_by("position")
    items = pending.select_for_update(skip_locked=True, no_key=True)
    return dict(items.values_list("object_pk", "pk")[:count])


def _apply(action: Action, operation: Operation, pks: Sequence[int]) -> dict[int, str]:
    """Do it to what the requester may still change, and return the reason of each that it was not done to."""
    context = Context(operation, operation.requested_by, timezone.now())
    if not action.allows(context.by):
        return dict.fromkeys(pks, _("Whoever asked for this may not do it any more."))
    things = action.lock(context.by, pks)
    gone = dict.fromkeys((pk for pk in pks if pk not in things), _("It is not there any more."))
    return gone | apply_or_split(action, context, list(things.values()))


def _write(items: dict[int, int], refused: dict[int, str], round_: int) -> None:
    values: dict[str, Any] = {
        "round": round_,
        "items": list(items.values()),
        "reasons": [refused.get(pk, "")[:REASON_MAX] for pk in items],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(item=OperationItem._meta.db_table), values)


def _lock(pk: int, *, shared: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(shared="_shared" if shared else ""), [pk])
