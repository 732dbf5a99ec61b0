"""process-protocols and ready-protocols: what the bench has done, and whoever wishes to know is told."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lims.models import CassetteStage, Delivery, Notification, Protocol, ProtocolHistory, Slide, Veterinarian
from lims.services.mail import composing
from lims.services.operations import registry
from tests import factories
from tests.operating import finish_bench, poisoned, reasons, start, submitted, work

pytestmark = pytest.mark.django_db
VERBS = [
    ("process-protocols", "received", "processing", "protocol_processing"),
    ("process-protocols", "ready", "processing", "protocol_processing"),
    ("ready-protocols", "processing", "ready", "protocol_ready"),
]


def in_state(status: str, count: int, user) -> list[Protocol]:
    """Return protocols in a state that lack nothing on the bench."""
    made = submitted(count, [user.veterinarian])
    finish_bench(made, user)
    for protocol in made:
        Protocol.objects.filter(pk=protocol.pk).update(status=status, number=f"N {protocol.pk}")
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
    preview = registry.get("process-protocols").preview(ana, Protocol.objects.all())
    assert (preview.allowed, [refused.count for refused in preview.refused]) == (0, [1])


def test_what_is_taken_into_work_is_told_by_one_digest_to_each_vet_who_wishes_so(ana, bruno, carla):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    own, others = in_state("received", 3, bruno), in_state("ready", 2, carla)
    operation = work(start(ana, own + others, "process-protocols"))
    digest = Delivery.objects.get(kind="protocol_processing")
    assert (digest.recipient, digest.operation) == (bruno, operation)
    assert digest.protocol_ids == [protocol.pk for protocol in own]
    message = composing.compose(digest)
    assert message.subject == "3 muestras están en proceso"
    assert all(protocol.animal in message.body for protocol in own)


def test_being_ready_is_told_in_the_portal_alone(ana, bruno):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    work(start(ana, in_state("processing", 2, bruno), "ready-protocols"))
    assert not Delivery.objects.filter(recipient=bruno).exists()


def test_what_lacks_something_is_refused_with_its_reason_in_the_preview_and_by_the_work(ana, bruno):
    complete, bare = in_state("processing", 3, bruno), in_state("processing", 2, bruno)
    Protocol.objects.filter(pk=bare[1].pk).update(status="received")
    CassetteStage.objects.filter(cassette__protocol=bare[0], stage="blocking").delete()
    foreseen = registry.get("ready-protocols").preview(ana, Protocol.objects.all())
    operation = work(start(ana, complete + bare, "ready-protocols"))
    told = {
        bare[0].pk: "Un casete no pasó todas las etapas.",
        bare[1].pk: "Un protocolo en estado «Recibido» no puede pasar a «Listo».",
    }
    assert foreseen.allowed == 3
    assert {refused.reason: refused.count for refused in foreseen.refused} == dict.fromkeys(told.values(), 1)
    assert reasons(operation) == told
    assert Protocol.objects.filter(status="ready").count() == 3


def test_what_is_lacking_is_looked_at_once_more_under_the_lock(ana, bruno):
    (protocol,) = in_state("processing", 1, bruno)
    action = registry.get("ready-protocols")
    with transaction.atomic():
        Slide.objects.update(quality="")
        locked = action.lock(ana, [protocol.pk])
    assert action.why_not(locked[protocol.pk]) == "Falta evaluar la calidad de un preparado."


def test_statements_do_not_grow_with_the_number(ana, bruno):
    counts = set()
    for count in (10, 400):
        operation = start(ana, in_state("processing", count, bruno), "ready-protocols")
        with CaptureQueriesContext(connection) as captured:
            work(operation)
        counts.add(len(captured))
    assert Protocol.objects.filter(status="ready").count() == 410
    assert len(counts) == 1
