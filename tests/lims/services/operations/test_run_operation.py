"""The work of an operation: nothing lost, nothing twice, one bad row alone, one end."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from actors import jobs, running
from actors.errors import LeaseLost
from actors.models import Job
from lims.models import (
    Delivery,
    Notification,
    Operation,
    OperationItem,
    Protocol,
    ProtocolHistory,
    User,
)
from lims.services.operations import lanes, operations
from lims.services.reception.bulk import ReceiveProtocols
from tests.operating import is_gapless, poisoned, reasons, start, submitted, work
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of ten, so that a few protocols make several."""
    monkeypatch.setattr(ReceiveProtocols, "chunk_size", 10)


def counts(operation: Operation) -> tuple[int, int, int]:
    now = operations.progress(operation)
    return now.done, now.failed, now.pending


def states(operation: Operation) -> list[str]:
    return list(operation.items.order_by("position").values_list("state", flat=True))


def lane(number: int = 1) -> Job:
    """Claim a lane's job, as its worker does."""
    job = Job.objects.filter(actor="run_lane").order_by("pk")[number - 1]
    claimed = jobs.claim("run_lane", job.pk)
    assert claimed is not None
    return claimed


@contextmanager
def killed(point: str):
    """Raise at a point as if the process had died there: nothing of the transaction is kept."""

    class Killed(BaseException):
        pass

    def die(here: str) -> None:
        if here == point:
            raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(jobs, "failpoint", die)
        yield


def test_each_item_is_written_down_with_its_round(ana, bruno, small_chunks):
    operation = work(start(ana, submitted(25, [bruno.veterinarian])))
    assert (operation.state, counts(operation)) == ("done", (25, 0, 0))
    assert set(operation.items.values_list("state", "round")) == {("done", 1)}
    assert operation.finished_at and operation.expanded_at


def test_expanding_twice_or_killed_half_way_makes_no_second_row(ana, bruno, monkeypatch):
    monkeypatch.setattr(lanes, "SLICE", 4)
    operation = start(ana, submitted(10, [bruno.veterinarian]))
    job = jobs.claim("expand_operation", Job.objects.get().pk)
    real, calls = operations.enqueue_lanes, []
    monkeypatch.setattr(operations, "enqueue_lanes", lambda _: calls.append(1) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lanes.expand(job)
    assert operation.items.count() == 8
    monkeypatch.setattr(operations, "enqueue_lanes", real)
    lanes.expand(job)
    operation.refresh_from_db()
    began = operation.started_at
    lanes.expand(job)
    operation.refresh_from_db()
    assert operation.started_at == began
    assert list(operation.items.values_list("position", flat=True)) == list(range(1, 11))
    assert Job.objects.filter(actor="run_lane").count() == 2


def test_an_item_that_changed_since_the_preview_fails_alone_with_its_reason(ana, bruno):
    protocols = submitted(6, [bruno.veterinarian])
    operation = start(ana, protocols)
    Protocol.objects.filter(pk=protocols[2].pk).update(status="rejected")
    work(operation)
    assert counts(operation) == (5, 1, 0)
    assert reasons(operation) == {
        protocols[2].pk: "Un protocolo en estado «Rechazado» no puede pasar a «Recibido»."
    }
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_a_reason_is_in_the_language_of_whoever_asked(ana, bruno):
    User.objects.filter(pk=ana.pk).update(language="en")
    protocols = submitted(2, [bruno.veterinarian])
    operation = start(ana, protocols)
    Protocol.objects.filter(pk=protocols[0].pk).update(status="rejected")
    work(operation)
    assert reasons(operation) == {protocols[0].pk: "A protocol that is “Rejected” cannot become “Received”."}
    assert Notification.objects.get(user=ana).subject == "Mark as received: 1 done, 1 failed"


def test_an_item_that_is_gone_or_hidden_by_then_fails_alone(ana, bruno):
    protocols = submitted(4, [bruno.veterinarian])
    operation = start(ana, protocols)
    protocols[0].delete()
    Protocol.objects.filter(pk=protocols[1].pk).update(status="draft")
    work(operation)
    assert counts(operation) == (2, 2, 0)
    assert set(reasons(operation).values()) == {"Ya no está."}


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "veterinarian"}])
def test_rights_withdrawn_meanwhile_change_nothing_more(ana, bruno, small_chunks, change):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    run_jobs("expand_operation")
    with killed("after_chunk"):
        lanes.run_lane(lane())
    User.objects.filter(pk=ana.pk).update(**change)
    with transaction.atomic():
        Job.objects.filter(actor="run_lane").update(state="pending", token=None, lease_until=None)
    work(operation)
    assert counts(operation) == (10, 15, 0)
    assert set(reasons(operation).values()) == {"Quien lo pidió ya no tiene permiso para hacerlo."}
    assert ProtocolHistory.objects.count() == 10


def test_what_nobody_foresaw_is_told_without_its_words(ana, bruno):
    protocols = submitted(3, [bruno.veterinarian])
    operation = start(ana, protocols)
    with poisoned([protocols[1]]):
        work(operation)
    (reason,) = reasons(operation).values()
    assert "poisoned" not in reason and "imprevisto" in reason


def test_killed_in_the_middle_of_a_chunk_nothing_of_it_is_kept(ana, bruno, small_chunks):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    run_jobs("expand_operation")
    with killed("in_chunk"):
        lanes.run_lane(lane())
    assert counts(operation) == (0, 0, 25)
    assert ProtocolHistory.objects.count() == Notification.objects.count() == 0
    assert Protocol.objects.filter(number__isnull=False).count() == 0
    Job.objects.filter(actor="run_lane").update(state="pending", token=None, lease_until=None)
    work(operation)
    assert counts(operation) == (25, 0, 0)
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_killed_after_a_chunk_it_is_not_done_again(ana, bruno, small_chunks):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    run_jobs("expand_operation")
    with killed("after_chunk"):
        lanes.run_lane(lane())
    assert counts(operation) == (10, 0, 15)
    Job.objects.filter(actor="run_lane").update(state="pending", token=None, lease_until=None)
    work(operation)
    assert ProtocolHistory.objects.count() == 25
    assert Notification.objects.filter(kind="operation_ended").count() == 1


def test_a_lane_whose_lease_was_taken_over_changes_nothing(ana, bruno):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    run_jobs("expand_operation")
    job = lane()
    Job.objects.filter(pk=job.pk).update(token="00000000-0000-0000-0000-000000000001")
    with pytest.raises(LeaseLost):
        lanes.run_lane(job)
    assert counts(operation) == (0, 0, 3)


def test_a_lane_passes_on_after_its_time_to_a_job_with_attempts_of_its_own(ana, bruno, monkeypatch):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    run_jobs("expand_operation")
    monkeypatch.setattr(lanes, "LANE_S", 0)
    lanes.run_lane(lane())
    assert Job.objects.filter(ref=f"{operation.pk}/1/1/2").exists()


def test_a_database_in_trouble_is_no_items_fault(ana, bruno, monkeypatch):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    run_jobs("expand_operation")

    def away(*args) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(ReceiveProtocols, "change", away)
    with pytest.raises(OperationalError):
        lanes.run_lane(lane())
    assert counts(operation) == (0, 0, 3)


def test_a_lane_that_fails_for_good_stops_the_operation_and_tells_of_it(ana, bruno, monkeypatch):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    run_jobs("expand_operation")

    def away(*args) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(ReceiveProtocols, "change", away)
    Job.objects.filter(actor="run_lane").update(attempts=9)
    running.perform("run_lane", Job.objects.filter(actor="run_lane").first().pk)
    operation.refresh_from_db()
    assert (operation.state, operation.cancelled_by) == ("cancelled", None)
    run_jobs("end_operation")
    notification = Notification.objects.get(user=ana, kind="operation_ended")
    assert notification.subject == "Marcar como recibidos: 0 hechos, 0 con error, 3 pendientes"
    monkeypatch.undo()
    work(operations.resume(ana, operation.pk))
    assert counts(operation) == (3, 0, 0)


def test_an_expansion_that_fails_for_good_stops_the_operation_and_can_be_resumed(ana, bruno):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    job = jobs.claim("expand_operation", Job.objects.get().pk)
    lanes.on_failed(job)
    operation.refresh_from_db()
    assert operation.state == "cancelled"
    work(operations.resume(ana, operation.pk))
    assert counts(operation) == (3, 0, 0)


def test_whoever_asked_is_told_once_with_counts_in_portal_and_by_mail(ana, bruno, small_chunks):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    work(work(operation))
    notification = Notification.objects.get(user=ana)
    assert notification.subject == "Marcar como recibidos: 25 hechos, 0 con error"
    assert notification.path == f"/operations/{operation.pk}/"
    assert Delivery.objects.filter(kind="operation_ended", recipient=ana).count() == 1


def test_a_thousand_items_take_at_most_sixty_statements(ana, bruno, carla):
    taken = []
    for thousands in (1, 4):
        operation = start(ana, submitted(1_000 * thousands, [bruno.veterinarian, carla.veterinarian]))
        with CaptureQueriesContext(connection) as captured:
            work(operation)
        assert counts(operation) == (1_000 * thousands, 0, 0)
        taken.append(len(captured))
    # With expansion, digests and end, and what this test itself asks.
    assert taken[1] <= 4 * 60
    assert (taken[1] - taken[0]) / 3 <= 34


def test_a_bad_row_costs_a_chunk_few_statements(ana, bruno):
    protocols = submitted(500, [bruno.veterinarian])
    operation = start(ana, protocols)
    with poisoned(protocols[200:203]), CaptureQueriesContext(connection) as captured:
        work(operation)
    assert counts(operation) == (497, 3, 0)
    assert len(captured) < 400


def test_progress_is_counted_from_the_rows_in_one_statement(ana, bruno, small_chunks):
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    assert operations.progress(operation).eta_s is None
    run_jobs("expand_operation")
    with killed("after_chunk"):
        lanes.run_lane(lane())
    with CaptureQueriesContext(connection) as captured:
        now = operations.progress(operation)
    assert len(captured) == 1
    assert (now.state, now.total, now.done, now.pending) == ("running", 25, 10, 15)
    assert now.rate_per_s > 0 and now.eta_s is not None


def test_items_belong_to_one_operation_once(ana, bruno):
    operation = start(ana, submitted(1, [bruno.veterinarian]))
    run_jobs("expand_operation")
    item = OperationItem.objects.get()
    OperationItem.objects.bulk_create(
        [OperationItem(operation=operation, position=2, object_pk=item.object_pk)], ignore_conflicts=True
    )
    assert operation.items.count() == 1
