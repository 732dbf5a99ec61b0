"""resend-deliveries and retry-jobs: what failed is asked for again, once each."""

import pytest
from django.utils import timezone

from actors.models import Job
from lims.errors import Incomplete, NotAllowed
from lims.models import Delivery
from tests.operating import reasons, start, submitted, work
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def deliveries(ana, bruno, carla) -> list[Delivery]:
    """Two digests that failed, and one that is on its way."""
    work(start(ana, submitted(2, [bruno.veterinarian, carla.veterinarian])))
    Delivery.objects.filter(kind="reception_digest").update(state="failed")
    return list(Delivery.objects.order_by("pk"))


def test_each_is_sent_again_as_a_new_message_with_the_same_content(alma, deliveries, mailoutbox):
    failed = [delivery for delivery in deliveries if delivery.state == "failed"]
    work(start(alma, failed, "resend-deliveries"))
    again = Delivery.objects.filter(again__isnull=False).order_by("again_id")
    assert [each.again_id for each in again] == [delivery.pk for delivery in failed]
    assert [each.protocol_ids for each in again] == [delivery.protocol_ids for delivery in failed]
    run_jobs("send_delivery")
    assert set(again.values_list("state", flat=True)) == {"sent"}
    assert {"bruno@lab.test", "carla@lab.test"} <= {message.to[0] for message in mailoutbox}


def test_what_is_on_its_way_is_not_sent_again(alma, deliveries):
    operation = work(start(alma, deliveries, "resend-deliveries"))
    assert set(reasons(operation)) == {delivery.pk for delivery in deliveries if delivery.state == "queued"}
    assert Delivery.objects.filter(again__isnull=False).count() == 2


@pytest.fixture
def jobs(db) -> list[Job]:
    """Three that failed, and one that is done."""
    now, states = timezone.now(), ("failed", "failed", "failed", "done")
    return Job.objects.bulk_create(
        Job(
            actor="warm_pdf",
            ref=f"r{n}",
            args=["work-order", n],
            state=state,
            run_after=now,
            armed_at=now,
            finished_at=now,
        )
        for n, state in enumerate(states)
    )


def test_failed_jobs_are_armed_again(alma, jobs):
    work(start(alma, jobs[:3], "retry-jobs"))
    requeued = Job.objects.filter(actor="warm_pdf", state="pending", requested_by=alma)
    assert set(requeued.values_list("ref", flat=True)) == {"r0", "r1", "r2"}


def test_one_that_did_not_fail_is_not_there_to_choose(alma, jobs):
    with pytest.raises(Incomplete):
        start(alma, jobs, "retry-jobs")


def test_one_that_another_armed_meanwhile_is_left_alone(alma, jobs):
    operation = start(alma, jobs[:3], "retry-jobs")
    Job.objects.filter(pk=jobs[0].pk).update(state="pending", attempts=1)
    work(operation)
    assert set(reasons(operation)) == {jobs[0].pk}
    assert Job.objects.get(pk=jobs[0].pk).attempts == 1


def test_nobody_but_an_administrator_retries_jobs(ana, jobs):
    with pytest.raises(NotAllowed):
        start(ana, jobs[:3], "retry-jobs")
