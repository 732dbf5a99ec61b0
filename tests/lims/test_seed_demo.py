"""The demo laboratory is what CONTRACT promises, the same each time, and nowhere else."""

import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from actors.models import Job
from lims.models import (
    Delivery,
    DocumentAccess,
    Laboratory,
    NumberSeries,
    Price,
    Protocol,
    ProtocolStatus,
    Report,
    User,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderStatus,
)
from lims.services.report_finalizing import finalize_report
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _is_demo(settings):
    settings.DEMO = True


def seed(protocols: int = 40, seed: int = 1) -> str:
    """Run the command and return what it says."""
    told = io.StringIO()
    call_command("seed_demo", protocols=protocols, seed=seed, stdout=told)
    return told.getvalue()


def contents() -> list:
    """Return all that the demo is made of, without the times at which rows were written."""
    return [
        list(model.objects.order_by("pk").values_list(*fields))
        for model, fields in (
            (Protocol, ("public_id", "number", "animal", "clinical_history", "status", "submitted_at")),
            (WorkOrder, ("number", "status", "total", "advance", "billing_name")),
            (User, ("email", "role", "veterinarian__tax_id")),
            (Price, ("service", "price", "valid_from", "valid_until")),
        )
    ]


def test_laboratory_has_what_was_promised():
    seed(protocols=300)
    states = Counter(Protocol.objects.values_list("status", flat=True))
    assert sum(states.values()) == 300
    assert set(states) == set(ProtocolStatus.values)
    assert states["submitted"] >= 100
    orders = WorkOrder.objects.filter(veterinarian__user__email="vet@demo.test")
    assert WorkOrder.objects.count() == 60
    assert orders.visible_to(User.objects.get(email="vet@demo.test")).count() >= 25
    assert {order.lines.count() for order in orders} >= {1, 10, 50, 500, 2_000}
    assert set(WorkOrder.objects.values_list("status", flat=True)) == set(WorkOrderStatus.values)
    assert set(WorkOrder.objects.values_list("payment_status", flat=True)) == {"unpaid", "partial", "paid"}


def test_reported_protocols_have_reports_to_be_issued_and_the_pathologist_complete_drafts():
    seed(protocols=300)
    reports = Report.objects.filter(author__staff_member__user__email="pathologist@demo.test")
    assert reports.filter(status="finalized", protocol__status="reported").count() == 40
    assert Job.objects.filter(actor="publish_report", state="pending").count() == 40
    drafts = reports.filter(status="draft")
    assert drafts.count() == 8
    paula = User.objects.get(email="pathologist@demo.test")
    for draft in drafts:
        assert finalize_report(paula, draft.pk).status == "finalized"


def test_sending_of_the_reports_is_long_past():
    seed(protocols=300)
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert set(states) == {"sent", "failed", "uncertain"} and sum(states.values()) == 40
    assert not Job.objects.filter(actor="send_delivery").exists()


def test_issuing_the_reports_sends_nothing(buckets):
    seed(protocols=40)
    run_jobs("publish_report")
    assert not Report.objects.filter(status="finalized").exists()
    assert not Job.objects.filter(actor="send_delivery").exists()


def test_accounts_can_log_in(client):
    seed()
    for name in ("admin", "pathologist", "staff", "vet", "other-vet"):
        assert client.login(email=f"{name}@demo.test", password="demo-lamina"), name
    assert not User.objects.exclude(emailaddress__verified=True, emailaddress__primary=True).exists()
    assert list(User.objects.filter(language="en").values_list("email", flat=True)) == ["other-vet@demo.test"]


def test_same_seed_writes_same_laboratory():
    found = []
    for chosen in (7, 7, 8):
        with transaction.atomic():
            seed(seed=chosen)
            found.append(contents())
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_second_call_changes_nothing_and_says_so():
    assert "40 protocols" in seed()
    before = contents()
    assert "already" in seed(protocols=80, seed=2)
    assert contents() == before


@pytest.mark.parametrize("count", [0, 1, 7, 299, 1_000])
def test_any_number_of_protocols_is_met(count):
    from lims.demo import timetable

    assert sum(timetable.counts(count).values()) == count


def test_next_numbers_follow_the_demos():
    from lims.services import numbers

    seed()
    for series in NumberSeries.objects.filter(name__startswith="HP "):
        following = f"{series.name}/{numbers.take(series.name)[0]:03d}"
        assert not Protocol.objects.filter(number=following).exists()
    assert Protocol.objects.filter(number__startswith="HP ").exists()


def test_every_charged_protocol_is_of_the_orders_vet():
    seed()
    assert Protocol.objects.filter(work_order__isnull=False).exists()
    for order in WorkOrder.objects.all():
        assert set(order.lines.values_list("protocol__veterinarian", flat=True)) == {order.veterinarian_id}


def test_hostile_texts_are_in_every_place():
    seed(protocols=300)
    for where, text in (
        (Protocol.objects.values_list("animal", flat=True), "<5/10 HPF>"),
        (Protocol.objects.values_list("animal", flat=True), "R&D"),
        (Protocol.objects.values_list("animal", flat=True), "🐶"),
        (Protocol.objects.values_list("clinical_history", flat=True), "<b>"),
        (WorkOrder.objects.values_list("billing_name", flat=True), "R&D"),
        (WorkOrder.objects.values_list("lines__description", flat=True), "<5/10 HPF>"),
        (WorkOrder.objects.values_list("observations", flat=True), "<img src=x"),
    ):
        assert any(text in found for found in where), text
    histories = Protocol.objects.values_list("clinical_history", flat=True)
    assert any(len(found) == 4_000 and " " not in found for found in histories)


def test_printed_lines_are_frozen_as_they_were_written():
    seed()
    issued = WorkOrder.objects.filter(number__isnull=False)
    assert issued.exists()
    assert not issued.filter(printed_lines=None).exists()
    assert WorkOrderHistory.objects.filter(action="issued").count() == issued.count()


def test_nothing_is_seeded_outside_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="LAMINA_DEMO=1"):
        seed()
    assert not User.objects.exists()


def test_letterhead_has_a_logo_that_prints():
    from lims.documents.images import image_object

    seed(protocols=0)
    logo = Laboratory.objects.get().logo
    assert (logo.width_px, logo.height_px) == (480, 480)
    assert image_object(logo.pk, bytes(logo.content), 80, 80).mask
    assert not DocumentAccess.objects.exists()
