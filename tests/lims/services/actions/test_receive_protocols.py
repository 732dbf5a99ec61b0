"""receive-protocols: numbered, told and written down once each, whichever of them fail."""

import pytest
from django.utils import timezone

from lims.models import Delivery, Notification, Protocol, ProtocolHistory
from tests.operating import is_gapless, poisoned, reasons, start, submitted, work

pytestmark = pytest.mark.django_db


def test_each_is_received_numbered_recorded_and_told(ana, bruno):
    protocols = submitted(7, [bruno.veterinarian])
    operation = work(start(ana, protocols))
    assert operation.state == "done"
    received = Protocol.objects.filter(status="received", received_by=ana, received_at__isnull=False)
    assert received.count() == 7
    year = timezone.localdate().year % 100
    codes = [Protocol.objects.get(pk=protocol.pk).number for protocol in protocols]
    assert codes == [
        f"HP {year}/001",
        f"HP {year}/002",
        f"CT {year}/001",
        f"HP {year}/003",
        f"HP {year}/004",
        f"CT {year}/002",
        f"HP {year}/005",
    ]
    history = ProtocolHistory.objects.values_list("before", "after", "by")
    assert list(history) == [("submitted", "received", ana.pk)] * 7
    told = Notification.objects.filter(user=bruno, kind="protocol_received")
    assert sorted(told.values_list("subject", flat=True)) == sorted(codes)


def test_a_poisoned_row_fails_alone(ana, bruno):
    protocols = submitted(20, [bruno.veterinarian])
    operation = start(ana, protocols)
    with poisoned([protocols[3], protocols[11]]):
        work(operation)
    assert set(reasons(operation)) == {protocols[3].pk, protocols[11].pk}
    assert ProtocolHistory.objects.count() == Notification.objects.filter(user=bruno).count() == 18
    assert is_gapless("histopathology") and is_gapless("cytology")
    assert sorted(Delivery.objects.get(recipient=bruno).protocol_ids) == sorted(
        p.pk for i, p in enumerate(protocols) if i not in (3, 11)
    )
