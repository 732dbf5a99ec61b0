"""The demo of 300 protocols, seeded once: what CONTRACT promises, and a bench and a history that are real."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from actors.models import Job
from lims.demo.seeding import seed
from lims.models import (
    AdditionalRequest,
    Delivery,
    Holiday,
    LabelSheet,
    Protocol,
    ProtocolHistory,
    ProtocolStatus,
    Report,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderStatus,
)
from lims.services.overview import statistics
from lims.services.protocols import completeness
from lims.services.reports.finalizing import finalize_report

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _demo(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demo, in a transaction around all these tests; what each of them changes is its own."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEMO=True):
        seed(protocols=300, seed=1)
        yield
        transaction.set_rollback(True)


def test_laboratory_has_what_was_promised():
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
    reports = Report.objects.filter(author__staff_member__user__email="pathologist@demo.test")
    assert reports.filter(status="finalized", protocol__status="reported").count() == 40
    assert Job.objects.filter(actor="publish_report", state="pending").count() == 40
    drafts = reports.filter(status="draft")
    assert drafts.count() == 8
    paula = User.objects.get(email="pathologist@demo.test")
    for draft in drafts:
        assert finalize_report(paula, draft.pk).status == "finalized"


def test_sending_of_the_reports_is_long_past():
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert set(states) == {"sent", "failed", "uncertain"} and sum(states.values()) == 40
    assert not Job.objects.filter(actor="send_delivery").exists()


def test_history_tells_how_each_protocol_came_to_its_state():
    ways: dict[int, list[ProtocolHistory]] = {}
    # By pk, as everybody reads it: the order of the rows is that of their times.
    for step in ProtocolHistory.objects.order_by("pk"):
        ways.setdefault(step.protocol_id, []).append(step)
    for protocol in Protocol.objects.exclude(status="draft"):
        way = ways.pop(protocol.pk)
        assert [step.before for step in way] == ["draft", *(step.after for step in way[:-1])]
        assert way[-1].after == protocol.status
        assert sorted(step.at for step in way) == [step.at for step in way]
        assert (way[0].at, way[-1].at < timezone.now()) == (protocol.submitted_at, True)
    assert not ways


def test_turnaround_has_something_to_tell_of_several_months():
    Report.objects.filter(status="finalized").update(issued_at=timezone.now())
    months = statistics.months_until_now(8)
    admin = User.objects.get(email="admin@demo.test")
    told = [one for one in statistics.turnaround(admin, months) if one.reported]
    assert sum(one.reported for one in told if one.month is None) == 40
    for kind in ("histopathology", "cytology"):
        assert len([one for one in told if one.kind == kind and one.month]) >= 3
    assert Protocol.objects.overdue(timezone.localdate()).exists()


def test_bench_has_work_at_every_step_and_what_left_it_is_complete():
    at_work = Protocol.objects.filter(status="processing")
    lacking = completeness.lacking(at_work.values_list("pk", flat=True))
    assert {"stages", "mounting", "staining", "quality", "requests"} <= set(lacking.values())
    assert len(lacking) < at_work.count()
    ready = list(Protocol.objects.filter(status="ready").values_list("pk", flat=True))
    Protocol.objects.filter(pk__in=ready).update(status="processing")
    assert completeness.lacking(ready) == {}


def test_requests_labels_holidays_and_vets_to_verify_are_there():
    asked = AdditionalRequest.objects.select_related("protocol")
    assert {request.protocol.status for request in asked.open()} == {"processing"}
    assert {request.protocol.status for request in asked.exclude(done_at=None)} == {"ready"}
    assert LabelSheet.objects.get().count > 1
    assert (
        Holiday.objects.filter(on__year=2026).count() >= 15 <= Holiday.objects.filter(on__year=2027).count()
    )
    assert Veterinarian.objects.filter(verified_at=None).count() == 2


def test_hostile_texts_are_in_every_place():
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
