"""RabbitMQ away while reports are finalized: each click is answered, each report issued, each mailed once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pika
import pytest
from django.conf import settings

from actors.models import Job
from actors.registry import BACKGROUND, queue_name
from config.embedded import RabbitMQ
from lims.services.reports.finalizing import finalize_report
from tests.client import Visitor
from tests.drills.length import LONG
from tests.processes import Web, sweeper, worker
from tests.proxy import closed_port

OUTAGES = ("away all the time", "killed again and again")


@dataclass
class Broker:
    """Where the web server and the others look for RabbitMQ; here it was never up."""

    web_url: str
    others_url: str
    kill: Callable[[], None] = lambda: None
    launch: Callable[[], None] = lambda: None


@pytest.fixture(params=OUTAGES if LONG else OUTAGES[:1])
def broker(request, tmp_path: Path) -> Iterator[Broker]:
    if request.param == OUTAGES[0]:
        yield Broker(f"amqp://guest:guest@127.0.0.1:{closed_port()}", settings.RABBITMQ_URL)
        return
    server = RabbitMQ(tmp_path / "rabbitmq", durable=True)
    launch(server)
    url = server.settings()["RABBITMQ_URL"]
    yield Broker(url, url, lambda: server.process.kill(), lambda: launch(server))
    server.stop()


def launch(server: RabbitMQ) -> None:
    server.stop()
    server.launch()
    server.wait_until_ready()


def finalize_all(visitor: Visitor, reports: list) -> None:
    answers = [visitor.post(f"/reports/{report.pk}/finalize/") for report in reports]
    assert [answer.status for answer in answers] == [202] * len(reports)
    assert {json.loads(answer.data)["state"] for answer in answers} == {"finalized"}


def test_every_click_is_answered_and_every_report_issued(
    programs, drafts, paula, mailbox, settle_reports, broker, size
):
    reports, rounds = drafts(size(4, 100)), size(1, 4)
    web = Web(RABBITMQ_URL=broker.web_url)
    programs += [
        web,
        worker("background", EMAIL_URL=mailbox.url, RABBITMQ_URL=broker.others_url),
        sweeper(RABBITMQ_URL=broker.others_url),
    ]
    visitor = Visitor(web.url, paula)
    each = len(reports) // rounds
    for some in (reports[n * each : (n + 1) * each] for n in range(rounds)):
        finalize_all(visitor, some[: each // 2])
        broker.kill()
        finalize_all(visitor, some[each // 2 :])
        broker.launch()
    assert visitor.post(f"/reports/{reports[0].pk}/finalize/").status == 409
    settle_reports(reports, mailbox)


@pytest.mark.long
def test_a_purged_queue_loses_no_report(programs, drafts, paula, mailbox, settle_reports, size):
    reports = drafts(size(4, 100))
    for report in reports:
        finalize_report(paula, report.pk)
    with pika.BlockingConnection(pika.URLParameters(settings.RABBITMQ_URL)) as connection:
        purged = connection.channel().queue_purge(queue_name(BACKGROUND)).method.message_count
    assert purged >= len(reports)
    # Their wake-ups are remembered as sent; the sweeper sends them again once that was too long ago.
    Job.objects.update(woken_at="2026-01-01T00:00:00Z")
    programs += [worker("background", EMAIL_URL=mailbox.url), sweeper()]
    settle_reports(reports, mailbox)
