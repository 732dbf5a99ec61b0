"""Operations: the answer by the number of items, the work of one worker process, and who opens meanwhile."""

import time
import uuid
from collections.abc import Callable, Sequence

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actors.models import Job
from bench import opening
from bench.load import Timing
from bench.table import Row
from lims.forms.operations.operations import these
from lims.models import Operation, OperationState, Protocol, User, Veterinarian
from lims.services.kit import numbers
from lims.services.operations import operations
from lims.services.operations.operations import Selection
from tests.operating import submitted, work
from tests.processes import wait_until

ACTION = "receive-protocols"
SIZES = (50, 1_000, 10_000, 100_000)
ANSWERS = {10_000: 3.0, 100_000: 10.0}
# Ids that are sent one by one; more than that are chosen by their filter.
TICKED = 10_000
# What people were promised for 50, and what the predecessor took in the request for 1,000.
PROMISED_MS = {50: 2_000.0, 1_000: 12_100.0}
WANTED_PER_S = 1_500.0
STATEMENTS_PER_1_000 = 60.0
COLD_MS = 400.0
TIMES = 7
VETS = 40


def vets() -> list[Veterinarian]:
    """Return the vets whose protocols are worked on."""
    from tests.factories import VeterinarianFactory

    # The bench's other protocols got their numbers without the series.
    numbers.allocate(f"HP {timezone.localdate():%y}", 10_000)
    return VeterinarianFactory.create_batch(VETS)


def answers(by: User, owners: Sequence[Veterinarian]) -> list[Row]:
    """Measure how long it takes to freeze what a filter finds, and what was ticked, from the form's text on.

    Nothing works on it, and it is undone.
    """
    _submit(max(SIZES), owners)
    taken = {size: _answer_ms(by, _rows(size)) for size in SIZES}
    ticked = {size: _answer_ms(by, _ids(size)) for size in (SIZES[0], TICKED)}
    _forget()
    few, few_ticked = taken[SIZES[0]], ticked[SIZES[0]]
    name = f"bulk response, {TICKED:,} ticked"
    return [
        *(
            Row(f"bulk response, {size:,} items", taken[size], "ms", f"{SIZES[0]} items", few, target)
            for size, target in ANSWERS.items()
        ),
        Row(name, ticked[TICKED], "ms", f"{SIZES[0]} ticked", few_ticked, ANSWERS[TICKED]),
    ]


def statements(by: User, owners: Sequence[Veterinarian]) -> Row:
    """Count the statements of all the work of 10,000 items, in this process."""
    _submit(10_000, owners)
    operation = _start(by)
    with CaptureQueriesContext(connection) as captured:
        work(operation)
    _check(operation, 10_000)
    each = len(captured) / 10
    return Row("bulk, SQL statements per 1,000", each, "", "allowed", STATEMENTS_PER_1_000, 1.0)


def works(by: User, owners: Sequence[Veterinarian]) -> list[Row]:
    """Measure from the click to the end, with one worker process, by the number of items."""
    rows = []
    for size in SIZES:
        # Mail that found no server here would be tried again meanwhile.
        Job.objects.filter(actor="send_delivery").delete()
        _submit(size, owners)
        seconds = _finished(_start(by), size)
        if size in PROMISED_MS:
            promised = PROMISED_MS[size]
            rows.append(
                Row(f"bulk of {size:,}, click to end", seconds * 1000, "ms", "promised", promised, 1.0)
            )
        else:
            name, each = f"bulk work, {size:,} items", size / seconds
            rows.append(Row(name, each, "/s", "wanted", WANTED_PER_S, 1.0, at_least=True))
    return rows


def cold_meanwhile(web_url: str, user: User, orders: list, by: User, owners: Sequence[Veterinarian]) -> Row:
    """Measure cold opens while operations of 10,000 items are worked on."""
    _submit(40_000, owners)
    waiting = Protocol.objects.filter(status="submitted").order_by("pk").values_list("pk", flat=True)
    pks = list(waiting)
    for first in range(0, len(pks), 10_000):
        operations.start(by, ACTION, Selection(ids=pks[first : first + 10_000]), str(uuid.uuid4()))
    row = opening.cold(web_url, user, orders)
    running = Operation.objects.filter(state=OperationState.RUNNING)
    name = "open, cold, during 10,000 bulk items, p95" if running.exists() else "open, cold, beside bulk, p95"
    wait_until(lambda: not running.exists(), "the operations end", 300)
    return Row(name, row.value, "ms", "allowed", COLD_MS, 1.0)


def _submit(count: int, owners: Sequence[Veterinarian]) -> None:
    """Copy one submitted protocol so often, for the vets in turn."""
    (model,) = submitted(1, owners[:1])
    copied = [field.column for field in Protocol._meta.concrete_fields if not field.primary_key]
    own = {"public_id": "gen_random_uuid()", "temporary_code": "left('B-' || gen_random_uuid(), 30)"}
    own["veterinarian_id"] = "(%(owners)s::bigint[])[1 + turn %% %(count)s]"
    values = ", ".join(own.get(column, f'"{column}"') for column in copied)
    columns = ", ".join(f'"{column}"' for column in copied)
    sql = f"""INSERT INTO lims_protocol ({columns}) SELECT {values}
              FROM lims_protocol, generate_series(2, %(rows)s) AS turn WHERE id = %(model)s"""
    pks = [owner.pk for owner in owners]
    with connection.cursor() as cursor:
        cursor.execute(sql, {"owners": pks, "count": len(pks), "rows": count, "model": model.pk})
        cursor.execute("ANALYZE lims_protocol")


def _start(by: User) -> Operation:
    rows = Protocol.objects.filter(status="submitted")
    return operations.start(by, ACTION, Selection(rows=rows), str(uuid.uuid4()))


def _answer_ms(by: User, chosen: Callable[[], Selection]) -> float:
    """Return the median over some times; what was started is cancelled before any worker sees it."""
    seconds = []
    for _ in range(TIMES):
        start_s = time.perf_counter()
        operation = operations.start(by, ACTION, chosen(), str(uuid.uuid4()))
        seconds.append(time.perf_counter() - start_s)
        operations.cancel(by, operation.pk)
    return Timing.of(seconds).p50_ms


def _rows(size: int) -> Callable[[], Selection]:
    rows = Protocol.objects.filter(status="submitted", pk__lte=_last_of(size))
    assert rows.count() == size
    return lambda: Selection(rows=rows)


def _ids(size: int) -> Callable[[], Selection]:
    # From the newest on, as a list shows them.
    pks = Protocol.objects.filter(status="submitted").order_by("-pk").values_list("pk", flat=True)[:size]
    text = ",".join(map(str, pks))
    return lambda: these(text.split(",")).selection


def _last_of(size: int) -> int:
    """Return the pk up to which there are so many submitted protocols."""
    return Protocol.objects.filter(status="submitted").order_by("pk").values_list("pk", flat=True)[size - 1]


def _finished(operation: Operation, size: int) -> float:
    start_s = time.perf_counter()
    running = Operation.objects.filter(pk=operation.pk, state=OperationState.RUNNING)
    wait_until(lambda: not running.exists(), "the operation ends", 300)
    taken_s = time.perf_counter() - start_s
    _check(operation, size)
    return taken_s


def _check(operation: Operation, size: int) -> None:
    now = operations.progress(operation)
    assert (now.done, now.failed, now.pending) == (size, 0, 0), now


def _forget() -> None:
    Job.objects.filter(actor__in=["expand_operation", "end_operation"]).delete()
    Protocol.objects.filter(status="submitted")._raw_delete("default")
