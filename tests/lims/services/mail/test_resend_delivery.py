"""resend and settle: a message that ended is sent again, as a new one, to a better address; or seen to."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from actors.models import Job
from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import Delivery, Report
from lims.services.mail.deliveries import resend, settle
from lims.services.reports.amending import withdraw_report
from tests import factories
from tests.running import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def report(paula, bruno) -> Report:
    protocol = factories.ready_protocol(bruno.veterinarian)
    return factories.issued_report(paula.staff_member.pathologist, protocol)


@pytest.fixture
def delivery(report) -> Delivery:
    """A message that the server refused."""
    Delivery.objects.update(state="failed", response="550 no such user")
    Job.objects.all().delete()
    return Delivery.objects.get()


def end(state: str) -> None:
    begun = None if state == "failed" else timezone.now()
    Delivery.objects.update(state=state, sending_at=begun, sent_at=begun)


@pytest.mark.parametrize("state", ["failed", "uncertain", "sent"])
def test_what_ended_is_sent_again_as_a_new_message(ana, bruno, delivery, sink, state):
    end(state)
    again = resend(ana, delivery.pk)
    delivery.refresh_from_db()
    assert (again.again, again.state, again.address) == (delivery, "queued", "bruno@lab.test")
    assert (again.requested_by, again.recipient) == (ana, bruno)
    assert again.message_id != delivery.message_id
    assert delivery.state == state and not delivery.needs_attention
    run_jobs("send_delivery")
    assert [taken.message_id for taken in sink.taken] == [again.message_id]


def test_a_wrong_address_is_put_right_and_the_next_message_goes_there_too(ana, bruno, delivery, report):
    again = resend(ana, delivery.pk, " clinic@vet.test ", keep_address=True)
    bruno.veterinarian.refresh_from_db()
    assert (again.address, bruno.veterinarian.email) == ("clinic@vet.test", "clinic@vet.test")
    entry = report.history.get(action="resent")
    assert (entry.by, entry.note) == (ana, "bruno@lab.test → clinic@vet.test")


def test_another_address_for_once_is_not_kept(ana, bruno, delivery, report):
    resend(ana, delivery.pk, "clinic@vet.test")
    bruno.veterinarian.refresh_from_db()
    assert bruno.veterinarian.alternative_email == ""


TOO_LONG = f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.test"


@pytest.mark.parametrize(
    "address", ["no address", "a@b@c", "a@b.test\nBcc: x@y.test", "<a@b.test>", TOO_LONG]
)
def test_what_is_no_address_is_refused_and_changes_nothing(ana, bruno, delivery, address):
    with pytest.raises(Incomplete) as error:
        resend(ana, delivery.pk, address, keep_address=True)
    assert set(error.value.fields) == {"address"}
    delivery.refresh_from_db()
    bruno.veterinarian.refresh_from_db()
    assert Delivery.objects.count() == 1
    assert delivery.needs_attention and bruno.veterinarian.alternative_email == ""
    assert not Job.objects.exists()


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_what_is_on_its_way_is_not_sent_again(ana, delivery, state):
    Delivery.objects.update(state=state)
    with pytest.raises(InvalidTransition):
        resend(ana, delivery.pk)
    assert Delivery.objects.count() == 1


def test_a_second_click_joins_the_first(ana, delivery):
    assert resend(ana, delivery.pk) == resend(ana, delivery.pk)
    assert Delivery.objects.count() == 2
    assert Job.objects.count() == 1


def test_what_was_sent_again_is_sent_again_from_the_newer_one(ana, delivery):
    again = resend(ana, delivery.pk)
    Delivery.objects.filter(pk=again.pk).update(state="failed")
    with pytest.raises(InvalidTransition):
        resend(ana, delivery.pk)
    assert resend(ana, again.pk).again == again


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_message(ana, delivery):
    def click(_number: int) -> int:
        try:
            return resend(ana, delivery.pk).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert Delivery.objects.count() == 2
    assert Job.objects.filter(actor="send_delivery").count() == 1


def test_a_report_that_is_not_current_any_more_is_not_handed_out_again(ana, paula, delivery, report):
    withdraw_report(paula, report.pk, "Muestra equivocada")
    with pytest.raises(InvalidTransition):
        resend(ana, delivery.pk)
    withdrawal = Delivery.objects.get(kind="report_withdrawn")
    Delivery.objects.filter(pk=withdrawal.pk).update(state="failed")
    assert resend(ana, withdrawal.pk).kind == "report_withdrawn"


def test_vets_neither_see_nor_resend_nor_settle(bruno, carla, delivery):
    for verb in (resend, settle):
        for vet in (bruno, carla):
            with pytest.raises(NotVisible):
                verb(vet, delivery.pk)
    assert Delivery.objects.count() == 1


def test_what_does_not_exist_is_not_visible(ana, delivery):
    for verb in (resend, settle):
        with pytest.raises(NotVisible):
            verb(ana, delivery.pk + 10**6)


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_settling_is_kept_with_its_first_time(ana, delivery, state):
    end(state)
    settle(ana, delivery.pk)
    delivery.refresh_from_db()
    first = delivery.settled_at
    assert first and not delivery.needs_attention
    settle(ana, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.settled_at == first


def test_what_needs_no_attention_is_not_settled(ana, delivery):
    end("sent")
    settle(ana, delivery.pk)
    delivery.refresh_from_db()
    assert delivery.settled_at is None
