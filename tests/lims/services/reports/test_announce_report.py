"""announce: everybody whom a version concerns is told once, by what suits them, and it is written down."""

import pytest
from django.db.models import Q

from actors.models import Job
from lims.models import Delivery, DeliveryKind, DocumentAccess, Notification, Report
from lims.services.mail import deliveries
from lims.services.pdfs import access_log
from lims.services.reports import announcing
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.running import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def report(paula, bruno) -> Report:
    protocol = factories.ready_protocol(bruno.veterinarian)
    return factories.issued_report(paula.staff_member.pathologist, protocol)


def amend(report: Report, paula) -> Report:
    second = finalize_report(paula, amend_report(paula, report.pk, "Corrige el margen").pk)
    run_jobs("publish_report")
    second.refresh_from_db()
    return second


def opened(user, report: Report) -> None:
    access_log.record(user, "report", report.pk, DocumentAccess.Outcome.HIT)


def notified(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("user__email", flat=True))


def mailed(kind: str) -> set[str]:
    return set(Delivery.objects.filter(kind=kind).values_list("recipient__email", flat=True))


def test_an_issue_is_mailed_to_the_vet_and_told_to_vet_and_author(report, bruno, paula, ana):
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.address) == (bruno, "bruno@lab.test")
    assert (delivery.language, delivery.attach_pdf, delivery.state) == ("es", False, "queued")
    assert Job.objects.get(actor="send_delivery").args == [delivery.pk]
    assert notified("report_issued") == {bruno.email, paula.email}
    notification = Notification.objects.get(user=bruno)
    assert (notification.subject, notification.path) == (report.protocol.number, f"/reports/{report.pk}/")
    assert not report.history.filter(action="told").exists()


def test_the_message_id_is_of_this_site_and_of_this_delivery(report, settings):
    first = Delivery.objects.get()
    second = deliveries.write(DeliveryKind.REPORT_ISSUED, first.recipient, first.address, None)
    one, two = first.message_id, second.message_id
    assert one != two
    for message_id in (one, two):
        assert message_id.startswith("<delivery-") and message_id.endswith("@127.0.0.1>")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"alternative_email": "clinic@vet.test"}, {"address": "clinic@vet.test"}),
        ({"report_by_email": "attachment"}, {"attach_pdf": True}),
        ({"report_by_email": "link"}, {"attach_pdf": False}),
    ],
)
def test_the_vets_preferences_decide(paula, bruno, fields, expected):
    for name, value in fields.items():
        setattr(bruno.veterinarian, name, value)
    bruno.veterinarian.save()
    protocol = factories.ready_protocol(bruno.veterinarian)
    factories.issued_report(paula.staff_member.pathologist, protocol)
    assert Delivery.objects.filter(**expected).count() == 1


def test_the_language_is_the_users(paula, bruno):
    bruno.language = "en"
    bruno.save()
    protocol = factories.ready_protocol(bruno.veterinarian)
    factories.issued_report(paula.staff_member.pathologist, protocol)
    assert Delivery.objects.get().language == "en"


def test_who_wants_no_mail_is_told_in_the_portal_alone(paula, bruno):
    bruno.veterinarian.notify_on_report = False
    bruno.veterinarian.save()
    protocol = factories.ready_protocol(bruno.veterinarian)
    factories.issued_report(paula.staff_member.pathologist, protocol)
    assert not Delivery.objects.exists()
    assert bruno.email in notified("report_issued")


def test_announced_again_nobody_is_told_again(report, paula):
    before = Delivery.objects.count(), Notification.objects.count(), Job.objects.count()
    announcing.announce(report, DeliveryKind.REPORT_ISSUED, paula)
    assert (Delivery.objects.count(), Notification.objects.count(), Job.objects.count()) == before


def test_an_amendment_is_told_to_everybody_who_had_or_opened_the_old_one(
    report, bruno, carla, paula, ana, alma
):
    opened(ana, report)
    Delivery.objects.update(state="sent", sending_at=report.issued_at, sent_at=report.issued_at)
    second = amend(report, paula)
    assert mailed("report_amended") == {bruno.email}
    assert notified("report_amended") == {bruno.email, paula.email, ana.email}
    assert Notification.objects.get(user=ana).path == f"/reports/{second.pk}/"
    entry = second.history.get(action="told")
    assert entry.by == paula
    assert entry.note == f"{ana.email}, {bruno.email}, {paula.email}"


def test_a_withdrawal_is_told_to_everybody_but_who_withdrew(report, bruno, paula, ana, alma):
    opened(ana, report)
    opened(paula, report)
    withdraw_report(paula, report.pk, "Muestra equivocada")
    assert mailed("report_withdrawn") == {bruno.email}
    assert notified("report_withdrawn") == {bruno.email, ana.email}
    assert report.history.get(action="told").note == f"{ana.email}, {bruno.email}"


def test_a_withdrawn_amendment_is_told_to_readers_of_any_version(report, bruno, paula, ana):
    opened(ana, report)
    second = amend(report, paula)
    withdraw_report(paula, second.pk, "Muestra equivocada")
    assert notified("report_withdrawn") == {bruno.email, ana.email}


def test_a_former_vet_who_was_sent_it_is_told_without_the_paper(report, bruno, carla, paula):
    """The protocol was another vet's when the first version went out."""
    opened(bruno, report)
    for vet in (bruno.veterinarian, carla.veterinarian):
        vet.report_by_email = "attachment"
        vet.save()
    report.protocol.veterinarian = carla.veterinarian
    report.protocol.save()
    amend(report, paula)
    sent = Delivery.objects.filter(kind="report_amended")
    assert dict(sent.values_list("recipient__email", "attach_pdf")) == {
        bruno.email: False,
        carla.email: True,
    }


def test_what_never_arrived_and_was_never_opened_makes_no_reader(report, carla, paula):
    Delivery.objects.update(state="failed")
    Delivery.objects.filter(~Q(recipient=carla)).update(recipient=carla)
    amend(report, paula)
    assert carla.email not in notified("report_amended")


def test_a_reader_who_is_no_vet_any_more_is_told_in_the_portal(report, carla, paula):
    opened(carla, report)
    carla.veterinarian.delete()
    amend(report, paula)
    assert carla.email in notified("report_amended")
    assert carla.email not in mailed("report_amended")


def test_withdrawn_papers_are_never_attached(report, bruno, paula):
    bruno.veterinarian.report_by_email = "attachment"
    bruno.veterinarian.save()
    withdraw_report(paula, report.pk, "Muestra equivocada")
    assert not Delivery.objects.get(kind="report_withdrawn").attach_pdf


def test_rolled_back_nobody_is_told(report, paula, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(announcing.access, "record", fail)
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        announcing.announce(report, DeliveryKind.REPORT_AMENDED, paula)
    assert (mailed("report_amended"), notified("report_amended")) == (set(), set())
