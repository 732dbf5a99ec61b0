"""RabbitMQ killed, restarted and emptied while documents are opened: each open is answered, each job done."""

from pathlib import Path

import pika
import pytest

from actors.models import Job
from actors.registry import INTERACTIVE, queue_name
from config.embedded import RabbitMQ
from tests.client import Visitor
from tests.processes import Web, sweeper, wait_until, worker


@pytest.fixture
def rabbitmq(tmp_path: Path):
    """A broker of this drill's own."""
    server = RabbitMQ(tmp_path / "rabbitmq", durable=True)
    server.launch()
    server.wait_until_ready()
    yield server
    server.stop()


def test_killed_and_restarted_it_costs_nobody_a_document(programs, orders, bruno, settle, rabbitmq):
    made = orders(12)
    url = rabbitmq.settings()["RABBITMQ_URL"]
    web = Web(RABBITMQ_URL=url)
    programs += [
        web,
        sweeper(RABBITMQ_URL=url),
        worker("interactive", RABBITMQ_URL=url),
    ]
    visitor = Visitor(web.url, bruno)

    def open_all(some) -> list[str]:
        answers = [visitor.get(f"/work-orders/{order.pk}/pdf/") for order in some]
        assert {answer.status for answer in answers} <= {200, 202}
        return [answer.headers["X-PDF-Cache"] for answer in answers]

    assert open_all(made[:4]) == ["miss"] * 4
    rabbitmq.process.kill()
    rabbitmq.process.wait()
    assert open_all(made[4:8]) == ["inline"] * 4
    rabbitmq.stop()
    rabbitmq.launch()
    rabbitmq.wait_until_ready()
    open_all(made[8:])
    settle(made)
    assert Job.objects.filter(actor="render_pdf").count() == 12


def test_a_purged_queue_loses_no_work(programs, orders, bruno, settle):
    from lims.services.pdfs.opening import open_document

    made = orders(10)
    for order in made:
        open_document(bruno, "work-order", order.pk)
    from django.conf import settings

    with pika.BlockingConnection(pika.URLParameters(settings.RABBITMQ_URL)) as connection:
        purged = connection.channel().queue_purge(queue_name(INTERACTIVE)).method.message_count
    assert purged >= 10
    # Their wake-ups are remembered as sent; the sweeper sends them again once that was too long ago.
    Job.objects.update(woken_at="2026-01-01T00:00:00Z")
    programs += [worker("interactive"), sweeper()]
    settle(made)
    wait_until(lambda: all(job.attempts == 1 for job in Job.objects.all()), "one attempt each")
