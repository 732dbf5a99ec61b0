"""The demo laboratory is what CONTRACT promises, the same each time, and nowhere else."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from actors.models import Job
from lims.models import (
    Cassette,
    DocumentAccess,
    Laboratory,
    NumberSeries,
    Price,
    Protocol,
    ProtocolHistory,
    Report,
    Slide,
    User,
    WorkOrder,
    WorkOrderHistory,
)
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
            (ProtocolHistory, ("protocol__public_id", "after", "at", "reason")),
            (Slide, ("code", "stained_at", "quality")),
        )
    ]


def test_issuing_the_reports_sends_nothing(buckets):
    seed(protocols=40)
    run_jobs("publish_report")
    assert not Report.objects.filter(status="finalized").exists()
    assert not Job.objects.filter(actor="send_delivery").exists()


def test_next_codes_follow_the_demos():
    seed()
    for cassette in Cassette.objects.select_related("protocol"):
        assert int(cassette.code.rpartition("-C")[2]) <= cassette.protocol.last_cassette
    for slide in Slide.objects.select_related("protocol"):
        assert int(slide.code.rpartition("-S")[2]) <= slide.protocol.last_slide
    assert Slide.objects.exists()


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
    from lims.services.kit import numbers

    seed()
    for series in NumberSeries.objects.filter(name__startswith="HP "):
        following = f"{series.name}/{numbers.allocate(series.name)[0]:03d}"
        assert not Protocol.objects.filter(number=following).exists()
    assert Protocol.objects.filter(number__startswith="HP ").exists()


def test_every_charged_protocol_is_of_the_orders_vet():
    seed()
    assert Protocol.objects.filter(work_order__isnull=False).exists()
    for order in WorkOrder.objects.all():
        assert set(order.lines.values_list("protocol__veterinarian", flat=True)) == {order.veterinarian_id}


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
    from lims.documents.paper.images import image_object

    seed(protocols=0)
    logo = Laboratory.objects.get().logo
    assert (logo.width_px, logo.height_px) == (480, 480)
    assert image_object(logo.pk, bytes(logo.content), 80, 80).mask
    assert not DocumentAccess.objects.exists()
