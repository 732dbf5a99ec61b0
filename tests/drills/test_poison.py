"""Poison among good wake-ups, in a real worker process: it goes on working."""

import pika
import pytest
from django.conf import settings

from actors.registry import INTERACTIVE, queue_name
from lims.services.pdfs.opening import open_document
from tests.actors.test_broker import POISON
from tests.processes import worker


@pytest.mark.long
def test_a_worker_outlives_every_kind_of_poison(programs, orders, bruno, settle, size):
    made = orders(size(10, 100))
    programs.append(worker("interactive"))
    with pika.BlockingConnection(pika.URLParameters(settings.RABBITMQ_URL)) as connection:
        channel = connection.channel()
        for number, order in enumerate(made):
            channel.basic_publish("", queue_name(INTERACTIVE), POISON[number % len(POISON)])
            open_document(bruno, "work-order", order.pk)
    settle(made)
    assert programs[0].process.poll() is None
