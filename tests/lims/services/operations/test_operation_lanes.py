"""Lanes, operations and single receivers at once, on real connections: each thing once, no gap in numbers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from actors import jobs, running
from actors.models import Job
from lims.models import Delivery, Notification, Operation, Protocol, ProtocolHistory, User
from lims.services.operations import lanes as operation_running
from lims.services.operations import operations
from lims.services.protocols import transitions
from lims.services.protocols.bulk import ProcessProtocols
from lims.services.reception.bulk import ReceiveProtocols
from tests.factories import VeterinarianFactory
from tests.operating import is_gapless, poisoned, reasons, start, submitted
from tests.processes import wait_until
from tests.running import run_jobs

WAIT_S = 10
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(ReceiveProtocols, "chunk_size", 10)


def at_once(works: Iterable[Callable[[], object]]) -> list:
    """Do these at the same time, each on a connection of its own, and return what they return."""
    works = list(works)
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            ready.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def lanes() -> list[Callable[[], object]]:
    """Return the work of every lane that waits."""
    waiting = Job.objects.filter(actor="run_lane", state="pending").values_list("pk", flat=True)
    return [lambda pk=pk: running.perform("run_lane", pk) for pk in waiting]


def receive_one(by: User, pk: int) -> str:
    """Receive a protocol as one person does, and return its number, or the refusal."""
    with transaction.atomic():
        protocol = Protocol.objects.select_related("veterinarian").select_for_update(of=("self",)).get(pk=pk)
        refused = transitions.why_not(protocol.status, ReceiveProtocols.wanted)
        if not refused:
            transitions.receive_all([protocol], by, timezone.now())
        return refused or protocol.number


def each_once(operation: Operation) -> bool:
    return Counter(ProtocolHistory.objects.values_list("protocol", flat=True)).most_common(1)[0][1] == 1


def test_two_lanes_share_the_work_and_one_of_them_ends_it(ana, bruno, carla):
    operation = start(ana, submitted(200, [bruno.veterinarian, carla.veterinarian]))
    run_jobs("expand_operation")
    at_once(lanes())
    operation.refresh_from_db()
    now = operations.progress(operation)
    assert (operation.state, now.done, now.failed) == ("done", 200, 0)
    assert ProtocolHistory.objects.count() == 200 and each_once(operation)
    assert is_gapless("histopathology") and is_gapless("cytology")
    assert Notification.objects.filter(kind="operation_ended").count() == 1
    assert sorted(len(each.protocol_ids) for each in Delivery.objects.all()) == [0, 100, 100]


def test_two_operations_over_the_same_protocols_do_each_once(ana, alma, bruno):
    shared = submitted(100, [bruno.veterinarian])
    first, second = start(ana, shared), start(alma, list(reversed(shared)))
    run_jobs("expand_operation")
    at_once(lanes())
    done = [operations.progress(operation).done for operation in (first, second)]
    failed = [operations.progress(operation).failed for operation in (first, second)]
    assert sum(done) == 100 and sum(failed) == 100
    assert ProtocolHistory.objects.count() == 100 and each_once(first)
    assert set((reasons(first) | reasons(second)).values()) == {
        "Un protocolo en estado «Recibido» no puede pasar a «Recibido»."
    }
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_two_operations_with_bad_rows_do_not_wait_for_each_other_for_ever(ana, alma, bruno):
    made = submitted(80, [bruno.veterinarian])
    first, second = start(ana, made[0::2]), start(alma, made[1::2])
    run_jobs("expand_operation")
    with poisoned(made[::7]):
        at_once(lanes())
    failed = len(made[::7])
    assert sum(operations.progress(each).failed for each in (first, second)) == failed
    assert {job.attempts for job in Job.objects.filter(actor="run_lane")} == {1}
    assert ProtocolHistory.objects.count() == 80 - failed
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_sixteen_single_receivers_beside_an_operation_leave_no_gap(ana, alma, bruno):
    bulk, single = submitted(60, [bruno.veterinarian]), submitted(32, [bruno.veterinarian])
    start(ana, bulk + single[16:])
    run_jobs("expand_operation")
    works = [lambda pk=protocol.pk: receive_one(alma, pk) for protocol in single]
    with poisoned(bulk[3:5]):
        at_once([*lanes(), *works])
    assert ProtocolHistory.objects.count() == 90
    assert Protocol.objects.filter(status="received").count() == 90
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_cancelled_in_the_middle_by_another_it_stops_and_each_is_told_once(ana, alma, bruno):
    operation = start(ana, submitted(300, [bruno.veterinarian]))
    run_jobs("expand_operation")
    at_once([*lanes(), lambda: operations.cancel(alma, operation.pk)])
    run_jobs("end_operation")
    operation.refresh_from_db()
    now = operations.progress(operation)
    assert operation.state == "cancelled" and now.done + now.pending == 300
    assert ProtocolHistory.objects.count() == now.done
    mailed = [pk for each in Delivery.objects.filter(kind="reception_digest") for pk in each.protocol_ids]
    assert sorted(mailed) == sorted(Protocol.objects.filter(status="received").values_list("pk", flat=True))
    assert Notification.objects.filter(kind="operation_ended").count() == 1


def someone_waits_for_an_end() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0


def test_a_cancel_waits_for_no_chunk_but_the_end_waits_for_the_one_in_work(ana, bruno, monkeypatch):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    run_jobs("expand_operation")
    job = jobs.claim("run_lane", Job.objects.filter(actor="run_lane").first().pk)
    in_chunk, go_on = threading.Event(), threading.Event()

    def wait_in_chunk(point: str) -> None:
        if point == "in_chunk":
            in_chunk.set()
            go_on.wait(WAIT_S)

    def cancel_and_end() -> None:
        assert in_chunk.wait(WAIT_S)
        operations.cancel(ana, operation.pk)
        run_jobs("end_operation")

    def let_go() -> None:
        try:
            wait_until(someone_waits_for_an_end, "the end waits", WAIT_S)
        finally:
            go_on.set()

    monkeypatch.setattr(jobs, "failpoint", wait_in_chunk)
    at_once([lambda: operation_running.run_lane(job), cancel_and_end, let_go])
    assert operations.progress(operation).done == 10
    assert len(Delivery.objects.get(recipient=bruno).protocol_ids) == 10
    assert Notification.objects.filter(kind="operation_ended").count() == 1


def test_what_a_dying_lane_held_is_done_by_the_one_that_found_nothing_left(ana, bruno, monkeypatch):
    # An action without numbers, whose series would keep the other lane waiting.
    monkeypatch.setattr(ProcessProtocols, "chunk_size", 10)
    made = submitted(15, [bruno.veterinarian])
    for protocol in made:
        Protocol.objects.filter(pk=protocol.pk).update(status="received", number=f"HP {protocol.pk}")
    operation = start(ana, made, "process-protocols")
    run_jobs("expand_operation")
    dying, other = (
        jobs.claim("run_lane", pk) for pk in Job.objects.filter(actor="run_lane").values_list("pk", flat=True)
    )
    holds = threading.Event()

    def die_once(point: str) -> None:
        if holds.is_set():
            return
        holds.set()
        wait_until(someone_waits_for_an_end, "the other lane has found nothing left", WAIT_S)
        raise ZeroDivisionError

    def die() -> None:
        with pytest.raises(ZeroDivisionError):
            operation_running.run_lane(dying)

    def go_on() -> None:
        assert holds.wait(WAIT_S)
        operation_running.run_lane(other)

    monkeypatch.setattr(jobs, "failpoint", die_once)
    at_once([die, go_on])
    operation.refresh_from_db()
    assert (operation.state, operations.progress(operation).done) == ("done", 15)
    assert ProtocolHistory.objects.count() == 15


def test_forty_vets_get_forty_digests_of_exactly_their_own(ana):
    vets = VeterinarianFactory.create_batch(40)
    made = submitted(400, vets)
    start(ana, made)
    run_jobs("expand_operation")
    with poisoned(made[10:17]):
        at_once(lanes())
    digests = Delivery.objects.filter(kind="reception_digest")
    received = Protocol.objects.filter(status="received")
    assert digests.count() == 40
    for digest in digests:
        own = received.filter(veterinarian__user=digest.recipient).order_by("pk")
        assert digest.protocol_ids == list(own.values_list("pk", flat=True))
    assert Job.objects.filter(actor="send_delivery").count() == 41
