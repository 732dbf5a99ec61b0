"""The broker: confirmed sends within a bounded time, quorum queues, and no poison that stays."""

import json
import time
from urllib.parse import urlsplit

import dramatiq
import pika
import pytest
from django.conf import settings
from django.db import transaction

from actors import jobs, publisher, registry
from actors.broker import Broker
from actors.errors import BrokerAway
from actors.models import Job
from tests import proxy as proxies
from tests.actors import doubles

pytestmark = pytest.mark.programs

QUEUE = registry.queue_name(registry.BACKGROUND)


def wake_up(job_id: int = 1) -> dramatiq.Message:
    return dramatiq.get_broker().get_actor("note_down").message(job_id)


def url_through(port: int) -> str:
    parts = urlsplit(settings.RABBITMQ_URL)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()


@pytest.fixture
def broker_at():
    """Return a function that makes a broker behind a port; it is closed at the end."""
    made: list[Broker] = []

    def make(port: int) -> Broker:
        made.append(Broker(url=url_through(port), queue_type="quorum", middleware=[]))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


@pytest.fixture
def proxy():
    with proxies.Proxy(urlsplit(settings.RABBITMQ_URL).port) as running:
        yield running


@pytest.fixture
def channel():
    """A plain channel beside the broker, to look at queues and to put poison into them."""
    dramatiq.get_broker().declare_queue(QUEUE, ensure=False)
    with pika.BlockingConnection(pika.URLParameters(settings.RABBITMQ_URL)) as connection:
        yield connection.channel()


def messages(channel, queue: str) -> int:
    return channel.queue_declare(queue=queue, passive=True).method.message_count


def wait_for(condition, what: str) -> None:
    deadline_s = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline_s, f"never happened: {what}"
        time.sleep(0.02)


def test_a_sent_wake_up_is_in_a_quorum_queue_with_the_prefix(broker_at, channel):
    broker = broker_at(urlsplit(settings.RABBITMQ_URL).port)
    broker.enqueue(wake_up())
    assert QUEUE.startswith(settings.RABBITMQ_QUEUE_PREFIX)
    assert messages(channel, QUEUE) >= 1
    channel.queue_purge(QUEUE)
    arguments = broker._build_queue_arguments(QUEUE) | {"x-queue-type": "classic"}
    with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="x-queue-type"):
        channel.queue_declare(queue=QUEUE, durable=True, arguments=arguments)


def test_a_hung_broker_raises_broker_away_at_once(broker_at, proxy):
    broker = broker_at(proxy.port)
    broker.enqueue(wake_up())
    proxy.mode = proxies.BLACK_HOLE
    with pytest.raises(BrokerAway):
        broker.enqueue(wake_up())


def test_after_a_failure_nobody_tries_for_a_while(broker_at, proxy, monkeypatch):
    broker = broker_at(proxy.port)
    proxy.mode = proxies.REFUSE
    with pytest.raises(BrokerAway):
        broker.enqueue(wake_up())
    proxy.mode = proxies.PASS
    with pytest.raises(BrokerAway, match="a moment ago"):
        broker.enqueue(wake_up())
    monkeypatch.setattr(publisher, "BREAKER_S", 0.0)
    broker._breaker.trip()
    broker.enqueue(wake_up())


def test_a_connection_that_went_stale_is_replaced_unnoticed(broker_at, proxy):
    broker = broker_at(proxy.port)
    broker.enqueue(wake_up())
    proxy.cut()
    broker.enqueue(wake_up())


def test_a_deleted_queue_is_declared_again(broker_at, channel):
    broker = broker_at(urlsplit(settings.RABBITMQ_URL).port)
    broker.enqueue(wake_up())
    channel.queue_delete(QUEUE)
    broker.enqueue(wake_up())
    assert messages(channel, QUEUE) == 1
    channel.queue_purge(QUEUE)


def test_ping_tells_whether_the_broker_answers(broker_at, proxy):
    broker_at(proxy.port).ping()
    proxy.mode = proxies.REFUSE
    with pytest.raises(BrokerAway):
        broker_at(proxy.port).ping()


@pytest.mark.django_db(transaction=True)
def test_a_handle_says_that_the_wake_up_failed_and_the_job_stays(monkeypatch, broker_at):
    away = broker_at(proxies.closed_port())
    away.declare_actor(dramatiq.get_broker().get_actor("note_down"))
    monkeypatch.setattr(jobs.dramatiq.get_broker().get_actor("note_down"), "broker", away)
    with transaction.atomic():
        handle = jobs.enqueue("note_down", "r")
    assert handle.woken is False
    assert Job.objects.get().woken_at is None


@pytest.mark.django_db(transaction=True)
def test_an_enqueued_job_is_done_by_a_worker(worker):
    with transaction.atomic():
        handle = jobs.enqueue("note_down", "r")
    assert handle.woken is True
    wait_for(lambda: Job.objects.get().state == "done", "the job is done")
    assert doubles.worked_on == [handle.job_id]


def body(**changes) -> bytes:
    return json.dumps(wake_up().asdict() | changes).encode()


POISON = [
    b"\xff not json",
    b"[]",
    body(options=None),
    body(queue_name="other"),
    body(actor_name=["unhashable"]),
    body(actor_name="nobody"),
    body(args=["x"]),
    body(args=[]),
    body(kwargs={"job_id": 1}),
    body(options={"eta": "never"}),
    body(options={"time_limit": "soon"}),
]


@pytest.mark.django_db(transaction=True)
def test_poison_among_good_wake_ups_is_put_aside_and_stops_nobody(worker, channel):
    handles = []
    for number in range(100):
        if number % 8 == 0:
            channel.basic_publish("", QUEUE, POISON[number // 8 % len(POISON)])
        with transaction.atomic():
            handles.append(jobs.enqueue("note_down", f"r{number}"))
    for poison in POISON:
        channel.basic_publish("", QUEUE, poison)
    with transaction.atomic():
        handles.append(jobs.enqueue("note_down", "last"))
    wait_for(lambda: not Job.objects.exclude(state="done").exists(), "every good job is done")
    assert sorted(doubles.worked_on) == sorted(handle.job_id for handle in handles)
    wait_for(lambda: messages(channel, QUEUE) == 0, "no poison stays in the queue")
    wait_for(lambda: messages(channel, f"{QUEUE}.XQ") >= len(POISON), "poison is among the dead letters")
