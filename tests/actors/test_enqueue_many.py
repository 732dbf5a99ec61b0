"""enqueue_many: what enqueue does for one, for many in one statement."""

import dramatiq
import pytest
from django.db import transaction

from actors import jobs, sweeping
from actors.broker import Broker
from actors.models import Job
from lims.models import Delivery
from lims.services.reception.receiving import Received, receive_sample
from lims.services.work_orders.work_orders import send_work_order
from tests import factories, operating
from tests.processes import wait_until
from tests.proxy import closed_port

WORKS = {"b": (1, "x"), "a": (2, "y")}


@pytest.fixture
def woken(monkeypatch) -> list:
    """What was woken, in place of sending."""
    sent: list = []
    monkeypatch.setattr(jobs, "wake", lambda actor, pks: sent.append((actor, list(pks))))
    return sent


@pytest.mark.django_db(transaction=True)
def test_all_are_enqueued_in_one_statement_and_woken_after_the_commit(woken, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        assert jobs.enqueue_many("note_down", WORKS) == 2
        assert woken == []
    made = Job.objects.order_by("ref")
    assert [(job.ref, job.args, job.state) for job in made] == [
        ("a", [2, "y"], "pending"),
        ("b", [1, "x"], "pending"),
    ]
    assert woken == [("note_down", [job.pk for job in made])]


@pytest.mark.django_db
def test_open_ones_are_joined_untouched(claimed, woken):
    running = claimed(ref="a", args=[0])
    with transaction.atomic():
        assert jobs.enqueue_many("note_down", WORKS) == 1
    running.refresh_from_db()
    assert (running.state, running.args) == ("running", [0])


@pytest.mark.django_db
def test_nothing_to_do_wakes_nobody(woken):
    with transaction.atomic():
        assert jobs.enqueue_many("note_down", {}) == 0
    assert (Job.objects.count(), woken) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_mails_that_were_asked_for_while_the_broker_was_away_are_sent_once_it_is_back(
    ana, bruno, buckets, sink, worker, monkeypatch
):
    vet = bruno.veterinarian
    order = factories.issued_order(ana, vet)
    single, *bulk = operating.submitted(4, [vet])
    away = Broker(url=f"amqp://127.0.0.1:{closed_port()}", queue_type="quorum", middleware=[])
    with monkeypatch.context() as outage:
        outage.setattr(dramatiq.get_broker(), "enqueue", away.enqueue)
        receive_sample(ana, single.pk, 1, Received("optimal", 1))
        send_work_order(ana, order.pk)
        operating.work(operating.start(ana, bulk))
        asked = Delivery.objects.exclude(kind="operation_ended")
        kinds = set(asked.values_list("kind", flat=True))
        assert kinds == {"protocol_received", "work_order_sent", "reception_digest"}
        assert sweeping.sweep() == 0
        unsent = Job.objects.filter(actor="send_delivery", state="pending", woken_at=None)
        assert {int(job.ref) for job in unsent} >= set(asked.values_list("pk", flat=True))
        assert not sink.taken
    away.close()
    assert sweeping.sweep() >= len(kinds)
    wait_until(lambda: not Delivery.objects.exclude(state="sent").exists(), "every mail is sent")
    sent = sorted(taken.message_id for taken in sink.taken)
    assert sent == sorted(Delivery.objects.values_list("message_id", flat=True))
