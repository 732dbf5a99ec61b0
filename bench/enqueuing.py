"""Enqueuing a job. Floor: one insert and one confirmed message, by the libraries alone."""

import time
import uuid

import pika
from django.conf import settings
from django.db import transaction

from actors import jobs
from bench.load import Timing
from bench.table import Row
from lims.models import NumberSeries

TIMES = 300


def enqueue() -> Row:
    """Measure a whole transaction that enqueues one job and wakes it."""
    floors, values = [], []
    with pika.BlockingConnection(pika.URLParameters(settings.RABBITMQ_URL)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        queue = f"{settings.RABBITMQ_QUEUE_PREFIX}.bench-floor"
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        for _ in range(TIMES):
            floors.append(_timed(lambda: _floor(channel, queue)))
            values.append(_timed(_enqueue))
        channel.queue_delete(queue)
    floor, value = Timing.of(floors).p50_ms, Timing.of(values).p50_ms
    return Row("enqueue and wake, p50", value, "ms", "insert and confirmed publish", floor, 2.0)


def _floor(channel, queue: str) -> None:
    with transaction.atomic():
        NumberSeries.objects.create(name=uuid.uuid4().hex)
    channel.basic_publish("", queue, b"{}", pika.BasicProperties(delivery_mode=2), mandatory=True)


def _enqueue() -> None:
    with transaction.atomic():
        handle = jobs.enqueue("warm_pdf", uuid.uuid4().hex, ("work-order", 0))
    assert handle.woken


def _timed(work) -> float:
    start_s = time.perf_counter()
    work()
    return time.perf_counter() - start_s
