"""cancel, resume, retry_failed: each click counts once, whoever else clicks meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from actors.models import Job
from lims.errors import InvalidTransition, NotAllowed, NotVisible
from lims.models import Delivery, Notification, Operation, Protocol, ProtocolHistory, User
from lims.services.operations import lanes, operations
from lims.services.reception.bulk import ReceiveProtocols
from tests.factories import UserFactory
from tests.lims.services.operations.test_run_operation import counts, killed, lane
from tests.operating import is_gapless, poisoned, reasons, start, submitted, work
from tests.running import run_jobs

VERBS = [operations.cancel, operations.resume, operations.retry_failed]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(ReceiveProtocols, "chunk_size", 10)


@pytest.fixture
def half_done(ana, bruno) -> Operation:
    """Of 25 items, 10 are done; the lane that did them was killed."""
    operation = start(ana, submitted(25, [bruno.veterinarian]))
    run_jobs("expand_operation")
    with killed("after_chunk"):
        lanes.run_lane(lane())
    Job.objects.filter(actor="run_lane").update(state="pending", token=None, lease_until=None)
    return operation


def rows_of(operation: Operation) -> Operation:
    operation.refresh_from_db()
    return operation


def ends() -> int:
    return Notification.objects.filter(kind="operation_ended").count()


def test_cancelled_it_stops_and_tells_what_it_has_done(half_done, ana, bruno):
    operations.cancel(ana, half_done.pk)
    work(half_done)
    assert (half_done.state, half_done.cancelled_by, counts(half_done)) == ("cancelled", ana, (10, 0, 15))
    assert len(Delivery.objects.get(recipient=bruno).protocol_ids) == 10
    notification = Notification.objects.get(user=ana)
    assert notification.subject == "Marcar como recibidos: 10 hechos, 0 con error, 15 pendientes"


def test_cancelled_before_it_began_it_does_nothing(ana, bruno):
    operation = start(ana, submitted(3, [bruno.veterinarian]))
    operations.cancel(ana, operation.pk)
    work(operation)
    assert (operation.state, counts(operation), ends()) == ("cancelled", (0, 0, 3), 1)


def test_cancelled_twice_it_ends_once(half_done, ana):
    for _ in range(2):
        operations.cancel(ana, half_done.pk)
    work(half_done)
    work(half_done)
    assert ends() == 1
    # The lane that found it cancelled and the job that tells of it agree on who does.
    assert Job.objects.get(actor="end_operation").state == "done"


def test_resumed_it_does_the_rest_and_each_digest_lists_its_own_round(half_done, ana, bruno):
    operations.cancel(ana, half_done.pk)
    work(half_done)
    operations.resume(ana, half_done.pk)
    work(half_done)
    assert (half_done.state, counts(half_done), ends()) == ("done", (25, 0, 0), 2)
    listed = Delivery.objects.filter(recipient=bruno).order_by("pk").values_list("protocol_ids", flat=True)
    assert [len(pks) for pks in listed] == [10, 15]
    assert len({pk for pks in listed for pk in pks}) == 25
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_resumed_before_its_end_was_told_both_rounds_are_told_together(half_done, ana, bruno):
    operations.cancel(ana, half_done.pk)
    operations.resume(ana, half_done.pk)
    work(half_done)
    assert (half_done.state, counts(half_done), ends()) == ("done", (25, 0, 0), 1)
    assert len(Delivery.objects.get(recipient=bruno).protocol_ids) == 25


def test_a_lane_of_an_earlier_round_stops_by_itself(half_done, ana):
    old = lane()
    operations.cancel(ana, half_done.pk)
    operations.resume(ana, half_done.pk)
    lanes.run_lane(old)
    assert counts(half_done) == (10, 0, 15)


def test_a_second_resume_starts_no_second_round(half_done, ana):
    operations.cancel(ana, half_done.pk)
    for _ in range(2):
        operations.resume(ana, half_done.pk)
    assert rows_of(half_done).round == 2
    assert Job.objects.filter(actor="run_lane", ref__startswith=f"{half_done.pk}/2/").count() == 2


@pytest.fixture
def with_failures(ana, bruno) -> tuple[Operation, list[Protocol]]:
    """Done, with three of 25 failed for a reason that is gone by now."""
    protocols = submitted(25, [bruno.veterinarian])
    operation = start(ana, protocols)
    with poisoned(protocols[5:8]):
        work(operation)
    return operation, protocols[5:8]


def test_retried_only_what_failed_is_done_and_told(with_failures, ana, bruno):
    operation, failed = with_failures
    assert set(reasons(operation)) == {protocol.pk for protocol in failed}
    operations.retry_failed(ana, operation.pk)
    work(operation)
    assert (operation.state, counts(operation), ends()) == ("done", (25, 0, 0), 2)
    last = Delivery.objects.filter(recipient=bruno).latest("pk")
    assert sorted(last.protocol_ids) == sorted(protocol.pk for protocol in failed)
    assert ProtocolHistory.objects.count() == 25
    assert is_gapless("histopathology") and is_gapless("cytology")


def test_a_second_retry_starts_no_second_round(with_failures, ana):
    operation, _ = with_failures
    for _ in range(2):
        operations.retry_failed(ana, operation.pk)
    assert rows_of(operation).round == 2


def test_what_fails_again_is_told_again(with_failures, ana):
    operation, failed = with_failures
    operations.retry_failed(ana, operation.pk)
    with poisoned(failed):
        work(operation)
    assert (counts(operation), ends()) == ((22, 3, 0), 2)


def test_nothing_failed_so_nothing_is_retried(ana, bruno):
    operation = work(start(ana, submitted(2, [bruno.veterinarian])))
    with pytest.raises(InvalidTransition):
        operations.retry_failed(ana, operation.pk)
    assert (rows_of(operation).round, operation.state) == (1, "done")


def test_a_cancelled_one_is_resumed_before_it_is_retried(half_done, ana):
    operations.cancel(ana, half_done.pk)
    with pytest.raises(InvalidTransition):
        operations.retry_failed(ana, half_done.pk)


@pytest.mark.parametrize("verb", [operations.cancel, operations.resume])
def test_one_that_has_ended_is_neither_cancelled_nor_resumed(ana, bruno, verb):
    operation = work(start(ana, submitted(2, [bruno.veterinarian])))
    with pytest.raises(InvalidTransition):
        verb(ana, operation.pk)
    assert rows_of(operation).state == "done"


@pytest.mark.parametrize("verb", VERBS)
def test_strangers_do_not_even_see_it(half_done, bruno, verb):
    for stranger in (bruno, UserFactory(role="staff")):
        with pytest.raises(NotVisible):
            verb(stranger, half_done.pk)
    assert rows_of(half_done).state == "running"


def test_administrators_may_stop_and_resume_anybodys(half_done, alma, ana):
    assert operations.cancel(alma, half_done.pk).cancelled_by == alma
    operations.resume(alma, half_done.pk)
    work(half_done)
    assert (half_done.state, half_done.requested_by) == ("done", ana)


@pytest.mark.parametrize("verb", [operations.resume, operations.retry_failed])
def test_who_lost_the_right_cannot_start_it_again(half_done, ana, verb):
    operations.cancel(ana, half_done.pk)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    ana.refresh_from_db()
    with pytest.raises(NotAllowed):
        verb(ana, half_done.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", VERBS)
def test_eight_clicks_at_once_count_as_one(ana, bruno, verb):
    protocols = submitted(5, [bruno.veterinarian])
    operation = start(ana, protocols)
    if verb == operations.retry_failed:
        with poisoned(protocols[:1]):
            work(operation)
    if verb == operations.resume:
        operations.cancel(ana, operation.pk)
    jobs_before = Job.objects.count()
    round_before = rows_of(operation).round

    def click(_: int) -> None:
        try:
            verb(ana, operation.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))
    added = {operations.cancel: (1, 0), operations.resume: (1, 1), operations.retry_failed: (2, 1)}[verb]
    assert (Job.objects.count() - jobs_before, rows_of(operation).round - round_before) == added
