"""process-protocols and ready-protocols: what the bench has done, and whoever wishes to know is told."""

import pytest

from lims.models import Delivery, Notification, Protocol, ProtocolHistory, Veterinarian
from lims.services import actions, messages
from tests import factories
from tests.operating import poisoned, reasons, start, submitted, work

pytestmark = pytest.mark.django_db
VERBS = [
    ("process-protocols", "received", "processing", "protocol_processing"),
    ("process-protocols", "ready", "processing", "protocol_processing"),
    ("ready-protocols", "processing", "ready", "protocol_ready"),
]


def in_state(status: str, count: int, user) -> list[Protocol]:
    made = submitted(count, [user.veterinarian])
    for number, protocol in enumerate(made):
        Protocol.objects.filter(pk=protocol.pk).update(status=status, number=f"{status} {number}")
    return made


@pytest.mark.parametrize(("action", "before", "after", "kind"), VERBS)
def test_each_moves_and_is_recorded(ana, bruno, action, before, after, kind):
    operation = work(start(ana, in_state(before, 3, bruno), action))
    assert operation.state == "done"
    assert set(Protocol.objects.values_list("status", flat=True)) == {after}
    assert list(ProtocolHistory.objects.values_list("before", "after", "by")) == [(before, after, ana.pk)] * 3
    assert not Notification.objects.filter(user=bruno).exists()


@pytest.mark.parametrize(("action", "before", "after", "kind"), VERBS)
def test_a_vet_who_wishes_so_is_told_of_each(ana, bruno, action, before, after, kind):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    work(start(ana, in_state(before, 3, bruno), action))
    assert Notification.objects.filter(user=bruno, kind=kind).count() == 3


@pytest.mark.parametrize(("action", "before", "after", "kind"), VERBS)
def test_another_state_and_a_broken_row_fail_alone(ana, bruno, action, before, after, kind):
    moved, other = in_state(before, 6, bruno), in_state("reported", 1, bruno)
    operation = start(ana, moved + other, action)
    with poisoned(moved[2:4]):
        work(operation)
    assert set(reasons(operation)) == {protocol.pk for protocol in moved[2:4] + other}
    assert Protocol.objects.filter(status=after).count() == 4
    assert ProtocolHistory.objects.count() == 4


def test_what_is_being_issued_does_not_go_back_to_the_bench(ana, paula, bruno):
    report = factories.finalized_report(
        paula.staff_member.pathologist, factories.ready_protocol(bruno.veterinarian)
    )
    operation = work(start(ana, [report.protocol], "process-protocols"))
    assert list(reasons(operation)) == [report.protocol_id]
    preview = actions.get("process-protocols").preview(ana, Protocol.objects.all())
    assert (preview.allowed, [refused.count for refused in preview.refused]) == (0, [1])


def test_what_is_taken_into_work_is_told_by_one_digest_to_each_vet_who_wishes_so(ana, bruno, carla):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    own, others = in_state("received", 3, bruno), in_state("ready", 2, carla)
    operation = work(start(ana, own + others, "process-protocols"))
    digest = Delivery.objects.get(kind="protocol_processing")
    assert (digest.recipient, digest.operation) == (bruno, operation)
    assert digest.protocol_ids == [protocol.pk for protocol in own]
    message = messages.compose(digest)
    assert message.subject == "3 muestras están en proceso"
    assert all(protocol.animal in message.body for protocol in own)


def test_being_ready_is_told_in_the_portal_alone(ana, bruno):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    work(start(ana, in_state("processing", 2, bruno), "ready-protocols"))
    assert not Delivery.objects.filter(recipient=bruno).exists()
