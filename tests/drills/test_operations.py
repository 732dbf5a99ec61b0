"""An operation whose worker is killed again and again, its broker restarted: each thing once, one end."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models.functions import Now

from actors.models import Job, JobState
from config.embedded import RabbitMQ
from lims.models import Delivery, Notification, Operation, Protocol, ProtocolHistory
from lims.services.operations import operations
from tests.drills.conftest import SETTLED_WITHIN_S
from tests.drills.length import LONG
from tests.factories import VeterinarianFactory
from tests.operating import is_gapless, poisoned, reasons, start, submitted
from tests.processes import Program, sweeper, wait_until, worker

VETS = 40
STEP_S = 60


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RabbitMQ | None]:
    """A broker of this drill's own, to be restarted; the short form does without."""
    if not LONG:
        yield None
        return
    server = RabbitMQ(tmp_path / "rabbitmq", durable=True)
    launch(server)
    yield server
    server.stop()


def launch(server: RabbitMQ) -> None:
    server.stop()
    server.launch()
    server.wait_until_ready()


def watching(operation: Operation) -> Callable[[Callable[[int], bool]], bool]:
    """Return a condition on how many items were handled, which fails if there are ever fewer than before."""
    seen = [0]

    def holds(condition: Callable[[int], bool]) -> bool:
        now = operations.progress(operation)
        handled = now.done + now.failed
        assert handled >= seen[0], "progress went back"
        assert now.done + now.failed + now.pending == now.total == operation.total
        seen[0] = handled
        return condition(handled)

    return holds


def restart(program: Program, fault: str = "") -> None:
    """Start a killed worker again; what it held is free at once, or in the long form once its leases end."""
    program.kill()
    if not LONG:
        Job.objects.filter(state=JobState.RUNNING).update(lease_until=Now())
    program.changes["FAULT"] = fault
    program.start()


def test_killed_and_cut_off_it_does_each_thing_once(programs, ana, mailbox, broker, size):
    made = submitted(size(1_200, 10_000), VeterinarianFactory.create_batch(VETS))
    bad = made[7::100]
    url = broker.settings()["RABBITMQ_URL"] if broker else settings.RABBITMQ_URL
    places = {"EMAIL_URL": mailbox.url, "RABBITMQ_URL": url}
    with poisoned(bad):
        operation = start(ana, made)
        holds = watching(operation)
        doing = worker("background", FAULT="in_chunk", **places)
        programs += [doing, sweeper(**places)]
        # With a broker of its own the first wake-up went to another one; the next comes 30 s later.
        wait_until(lambda: doing.process.poll() is not None, "a chunk in work kills its worker", STEP_S)
        assert holds(lambda handled: handled == 0)
        restart(doing, fault="after_chunk")
        wait_until(lambda: doing.process.poll() is not None, "a chunk's end kills its worker", STEP_S)
        assert holds(lambda handled: 0 < handled < len(made))
        restart(doing)
        for number in range(size(0, 3)):
            part = len(made) * (number + 1) // 5
            wait_until(lambda part=part: holds(lambda handled: handled > part), "it goes on", STEP_S)
            restart(doing)
            if broker and number == 1:
                launch(broker)
        wait_until(lambda: holds(lambda handled: handled == len(made)), "all is done", STEP_S)
    open_jobs = Job.objects.filter(state__in=[JobState.PENDING, JobState.RUNNING])
    wait_until(lambda: not open_jobs.exists(), "every job has ended", SETTLED_WITHIN_S)
    check(operation, made, bad, mailbox)


def check(operation: Operation, made: list[Protocol], bad: list[Protocol], mailbox) -> None:
    operation.refresh_from_db()
    good = {protocol.pk for protocol in made} - {protocol.pk for protocol in bad}
    assert operation.state == "done"
    assert set(reasons(operation)) == {protocol.pk for protocol in bad}
    assert all(reasons(operation).values())
    assert Counter(ProtocolHistory.objects.values_list("protocol", flat=True)) == Counter(good)
    assert set(Protocol.objects.filter(status="received").values_list("pk", flat=True)) == good
    assert is_gapless("histopathology") and is_gapless("cytology")
    assert Notification.objects.filter(kind="protocol_received").count() == len(good)
    assert Notification.objects.filter(kind="operation_ended").count() == 1
    digests = Delivery.objects.filter(kind="reception_digest")
    assert sorted(pk for digest in digests for pk in digest.protocol_ids) == sorted(good)
    assert digests.count() == VETS
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    arrived = Counter(taken.message_id for taken in mailbox.taken)
    assert set(arrived.values()) == {1} and len(arrived) == VETS + 1
    assert not Job.objects.filter(state=JobState.FAILED).exists()
