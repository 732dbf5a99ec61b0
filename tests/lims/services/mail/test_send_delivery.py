"""mailing.deliver: one message to one recipient by SMTP, and a state that is true in each of its modes."""

import hashlib

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from actors import jobs, registry
from actors.errors import LeaseLost
from actors.models import Job
from actors.sweeping import fail_exhausted
from lims.models import Delivery, Notification, Report
from lims.services.mail import sending as mailing
from lims.services.mail import smtp
from lims.services.reports.amending import withdraw_report
from pdfcache.errors import StoreError
from tests import factories
from tests import smtp as sinks
from tests.proxy import closed_port
from tests.running import run_jobs

ACTOR = "send_delivery"
LATER = (sinks.GREYLIST, sinks.BUSY, sinks.DISCONNECT, sinks.UNREADY_FOR_DATA, sinks.DEFER_DATA)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def report(paula, bruno) -> Report:
    protocol = factories.ready_protocol(bruno.veterinarian)
    return factories.issued_report(paula.staff_member.pathologist, protocol)


@pytest.fixture
def delivery(report) -> Delivery:
    return report.deliveries.get()


def send() -> Job:
    (job,) = run_jobs(ACTOR)
    return job


def claimed() -> Job:
    job = jobs.claim(ACTOR, Job.objects.get(actor=ACTOR).pk)
    assert job is not None
    return job


def last_attempt() -> None:
    Job.objects.filter(actor=ACTOR).update(attempts=registry.get(ACTOR).max_attempts - 1)


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.response


def alarms() -> set[str]:
    return set(Notification.objects.filter(kind="delivery_failed").values_list("user__email", flat=True))


def test_it_arrives_once_with_its_message_id_and_the_servers_answer_is_kept(delivery, sink, settings):
    job = send()
    (taken,) = sink.taken
    assert state(delivery) == ("sent", "250 2.0.0 Ok: queued as 1")
    assert delivery.sending_at <= delivery.sent_at
    assert (job.state, taken.message_id) == ("done", delivery.message_id)
    assert (taken.sender, taken.recipients) == ("no-reply@127.0.0.1", ["bruno@lab.test"])


def test_sent_twice_it_arrives_once(delivery, sink):
    job = claimed()
    for _ in range(3):
        mailing.deliver(job)
    assert len(sink.taken) == 1
    assert alarms() == set()


def test_a_refused_recipient_is_failed_with_the_servers_words_and_told(delivery, sink, ana, alma):
    sink.mode = sinks.REFUSE_RECIPIENT
    assert send().state == "done", "nothing is left to do"
    assert state(delivery) == ("failed", "550 5.1.1 No such user here")
    assert (delivery.sending_at, delivery.needs_attention) == (None, True)
    assert alarms() == {ana.email, alma.email}
    notification = Notification.objects.filter(user=ana).get()
    assert (notification.subject, notification.path) == (
        f"{delivery.report.protocol.number}: bruno@lab.test",
        "/deliveries/",
    )


@pytest.mark.parametrize("mode", LATER)
def test_who_says_later_is_asked_again_and_then_it_arrives_once(delivery, sink, ana, mode):
    sink.mode = mode
    job = send()
    assert (job.state, job.error_code) == ("pending", "MailServerAway")
    assert state(delivery)[0] == "queued"
    assert delivery.sending_at is None
    if mode in sinks.WORDS:
        assert delivery.response == sinks.WORDS[mode]
    sink.mode = sinks.OK
    send()
    assert state(delivery)[0] == "sent"
    assert [taken.message_id for taken in sink.taken] == [delivery.message_id]
    assert alarms() == set()


def test_at_the_last_attempt_it_is_failed_with_the_servers_words_and_told_once(delivery, sink, ana):
    sink.mode = sinks.GREYLIST
    last_attempt()
    assert send().state == "failed"
    assert state(delivery) == ("failed", "450 4.2.0 Greylisted, come back later")
    assert Notification.objects.filter(user=ana).count() == 1


def test_a_closed_port_is_waited_for(delivery, sink, settings):
    settings.EMAIL_PORT = closed_port()
    assert send().state == "pending"
    assert state(delivery)[0] == "queued"
    assert "refused" in delivery.response


def test_a_login_that_the_server_does_not_take_is_waited_for(delivery, sink, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "lamina", "wrong"
    assert send().error_code == "MailServerAway"
    assert state(delivery)[0] == "queued"
    assert (sink.asked, "AUTH" in delivery.response) == (0, True)


def test_encryption_that_the_server_does_not_offer_is_waited_for(delivery, sink, settings):
    settings.EMAIL_USE_TLS = True
    assert send().error_code == "MailServerAway"
    assert (sink.asked, sink.taken, "STARTTLS" in state(delivery)[1]) == (0, [], True)


def test_a_server_that_hangs_before_the_message_is_waited_for(delivery, sink, settings):
    sink.mode, settings.EMAIL_TIMEOUT = sinks.HANG, 0.3
    assert send().error_code == "MailServerAway"
    assert state(delivery)[0] == "queued"
    assert (sink.taken, delivery.sending_at) == ([], None)


@pytest.mark.parametrize("mode", [sinks.DROP_AFTER_DATA, sinks.HANG_AFTER_DATA])
def test_an_answer_that_never_came_is_uncertain_told_and_never_repeated(
    delivery, sink, ana, alma, monkeypatch, mode
):
    monkeypatch.setattr(smtp, "DATA_PATIENCE", 0.1)
    sink.mode = mode
    assert send().state == "done"
    assert state(delivery)[0] == "uncertain"
    assert delivery.sending_at is not None and delivery.sent_at is None
    assert alarms() == {ana.email, alma.email}
    sink.mode = sinks.OK
    Job.objects.filter(actor=ACTOR).update(state="pending", run_after=Now())
    send()
    assert state(delivery)[0] == "uncertain"
    assert len(sink.taken) == 1


def test_a_message_that_the_server_did_not_want_is_failed(delivery, sink, ana):
    sink.mode = sinks.REFUSE_DATA
    assert send().state == "done"
    assert state(delivery) == ("failed", "554 5.7.1 Looks like spam")
    assert sink.taken == []


def test_found_begun_it_is_uncertain_and_not_sent(delivery, sink, ana):
    Delivery.objects.update(state="sending", sending_at=timezone.now())
    assert send().state == "done"
    assert state(delivery)[0] == "uncertain"
    assert (sink.asked, alarms()) == (0, {ana.email})


@pytest.mark.parametrize(("sending", "ends"), [(False, "failed"), (True, "uncertain")])
def test_a_worker_lost_on_the_last_attempt_leaves_a_true_state(delivery, sink, ana, sending, ends):
    last_attempt()
    claimed()
    if sending:
        Delivery.objects.update(state="sending", sending_at=timezone.now())
    Job.objects.filter(actor=ACTOR).update(lease_until=Now())
    assert [fail_exhausted(), fail_exhausted()] == [1, 0]
    assert state(delivery)[0] == ends
    assert delivery.response
    assert Notification.objects.filter(user=ana).count() == 1


@pytest.mark.parametrize("point", ["before_data", "after_data"])
def test_who_lost_the_lease_writes_nothing_more(delivery, sink, point, monkeypatch):
    def lose(here: str) -> None:
        if here == point:
            Job.objects.filter(actor=ACTOR).update(token="00000000-0000-0000-0000-000000000001")

    monkeypatch.setattr(jobs, "failpoint", lose)
    with pytest.raises(LeaseLost):
        mailing.deliver(claimed())
    assert state(delivery)[0] == "sending"


def test_the_beginning_is_written_before_the_message_is_given(delivery, sink, monkeypatch):
    seen = []

    def look(point: str) -> None:
        seen.append((point, Delivery.objects.get().sending_at is not None, len(sink.taken)))

    monkeypatch.setattr(jobs, "failpoint", look)
    mailing.deliver(claimed())
    assert seen == [
        ("before_mail", False, 0),
        ("before_data", True, 0),
        ("after_data", True, 1),
        ("after_mail", True, 1),
    ]


def attached(sink) -> list:
    (taken,) = sink.taken
    return list(taken.message.iter_attachments())


@pytest.mark.parametrize("wish", ["link", "attachment"])
def test_the_issued_bytes_are_attached_where_the_vet_wants_it(paula, bruno, sink, wish):
    bruno.veterinarian.report_by_email = wish
    bruno.veterinarian.save()
    protocol = factories.ready_protocol(bruno.veterinarian)
    report = factories.issued_report(paula.staff_member.pathologist, protocol)
    send()
    files = attached(sink)
    assert len(files) == (wish == "attachment")
    for file in files:
        assert file.get_content_type() == "application/pdf"
        assert file.get_filename() == "HP-26-" + report.protocol.number.split("/")[1] + "-v1.pdf"
        assert hashlib.sha256(file.get_content()).hexdigest() == report.sha256


def test_an_attachment_that_is_not_what_was_issued_is_not_sent(delivery, sink):
    Delivery.objects.update(attach_pdf=True)
    Report.objects.update(sha256="0" * 64)
    job = send()
    assert (job.state, job.error_code) == ("pending", "StoreError")
    assert (state(delivery)[0], sink.asked) == ("queued", 0)


def test_a_store_that_stays_away_fails_the_delivery_and_says_where_to_look(delivery, sink, ana, monkeypatch):
    def away(report):
        raise StoreError("The object store did not answer; a retry later helps.")

    Delivery.objects.update(attach_pdf=True)
    monkeypatch.setattr("lims.services.reports.archive.read", away)
    last_attempt()
    job = send()
    assert (job.state, state(delivery)[0]) == ("failed", "failed")
    assert str(job.pk) in delivery.response


def test_what_was_withdrawn_before_the_message_left_is_not_handed_out(delivery, sink, paula, ana):
    withdraw_report(paula, delivery.report_id, "Muestra equivocada")
    run_jobs(ACTOR)
    assert state(delivery)[0] == "failed"
    assert (delivery.needs_attention, alarms()) == (False, set())
    (taken,) = sink.taken
    assert "retirado" in taken.message["Subject"]


def test_a_delivery_that_is_gone_is_no_failure(delivery, sink):
    job = claimed()
    job.args = [delivery.pk + 10**6]
    mailing.deliver(job)
    mailing.on_failed(job)
    assert sink.asked == 0


def test_without_smtp_the_configured_backend_is_used(delivery, mailoutbox):
    send()
    (message,) = mailoutbox
    assert message.extra_headers["Message-ID"] == delivery.message_id
    assert state(delivery) == ("sent", "")
