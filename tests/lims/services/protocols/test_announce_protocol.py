"""protocol_messages.announce: each vet is told once of each event, by mail as they wish."""

import re

import pytest
from django.db import IntegrityError, transaction

from actors.models import Job
from lims.errors import InvalidTransition
from lims.models import Delivery, DeliveryKind, Notification, Protocol, ProtocolHistory, Veterinarian
from lims.services.mail import composing, deliveries
from lims.services.protocols.announcing import announce
from tests.lims.services.mail.test_compose_message import HOSTILE, parts
from tests.operating import submitted
from tests.running import run_jobs

pytestmark = pytest.mark.django_db
KINDS = [kind for kind in DeliveryKind if kind.value.startswith("protocol_")]
# Kind, the event, the subject, and a sentence that says what happened.
LETTERS = [
    ("protocol_submitted", ("draft", "submitted"), "Protocolo enviado", "queda en manos del laboratorio"),
    ("protocol_submitted", ("rejected", "submitted"), "Rechazo anulado", "Era la correcta"),
    ("protocol_received", ("submitted", "received"), "Muestra recibida", "Aceptable"),
    ("protocol_processing", ("received", "processing"), "Muestra en proceso", "comenzó a procesar"),
    ("protocol_rejected", ("submitted", "rejected"), "Muestra rechazada", "Era la correcta"),
    (
        "protocol_discrepancy",
        ("submitted", "received"),
        "Muestra recibida con diferencias",
        "Falta un frasco",
    ),
    ("protocol_corrected", ("received", "received"), "Se corrigió lo que llegó", "Era la correcta"),
]
STATEMENTS = 5


def happened(vets, count=1, before="submitted", after="received", **fields) -> list[ProtocolHistory]:
    made = submitted(count, vets, **fields)
    return ProtocolHistory.objects.bulk_create(
        ProtocolHistory(protocol=protocol, before=before, after=after, reason="Era la correcta")
        for protocol in made
    )


def set_preferences(user, **preferences) -> None:
    Veterinarian.objects.filter(user=user).update(**preferences)


def mailed(user) -> list[str]:
    return list(Delivery.objects.filter(recipient=user).values_list("kind", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_vet_who_wants_all_gets_one_mail_and_one_notification_of_each(ana, bruno, kind):
    set_preferences(bruno, notify_on_processing=True, alternative_email="mesa@clinica.test")
    (event,) = happened([bruno.veterinarian])
    announce([event], kind, ana)
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.protocol_event, delivery.requested_by) == (kind, event, ana)
    assert (delivery.recipient, delivery.address, delivery.language) == (bruno, "mesa@clinica.test", "es")
    assert Job.objects.get(actor="send_delivery").args == [delivery.pk]
    notification = Notification.objects.get(user=bruno)
    assert (notification.kind, notification.path) == (kind, f"/protocols/{event.protocol_id}/")


@pytest.mark.parametrize(
    ("kind", "mails", "notifications"),
    [
        ("protocol_submitted", 1, 1),
        ("protocol_received", 0, 1),
        ("protocol_processing", 0, 0),
        ("protocol_rejected", 1, 1),
        ("protocol_discrepancy", 1, 1),
        ("protocol_corrected", 1, 1),
    ],
)
def test_a_vet_who_wants_nothing_gets_what_must_be_known(ana, bruno, kind, mails, notifications):
    set_preferences(bruno, notify_on_reception=False, notify_on_processing=False)
    announce(happened([bruno.veterinarian]), DeliveryKind(kind), ana)
    assert len(mailed(bruno)) == mails
    assert Notification.objects.filter(user=bruno).count() == notifications


def test_nobody_is_told_in_the_portal_of_what_they_did_themselves(bruno):
    announce(happened([bruno.veterinarian]), DeliveryKind.PROTOCOL_SUBMITTED, bruno)
    assert mailed(bruno) == ["protocol_submitted"]
    assert not Notification.objects.exists()


def test_each_vet_is_told_of_their_own_in_few_statements(ana, bruno, carla, django_assert_max_num_queries):
    events = happened([bruno.veterinarian, carla.veterinarian], 20)
    with django_assert_max_num_queries(STATEMENTS + 1):
        announce(events, DeliveryKind.PROTOCOL_RECEIVED, ana)
    for user in (bruno, carla):
        own = Delivery.objects.filter(recipient=user, protocol_event__protocol__veterinarian__user=user)
        assert own.count() == len(mailed(user)) == 10


def test_one_event_is_mailed_once_by_the_database(ana, bruno):
    events = happened([bruno.veterinarian])
    announce(events, DeliveryKind.PROTOCOL_RECEIVED, ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        announce(events, DeliveryKind.PROTOCOL_RECEIVED, ana)
    assert mailed(bruno) == ["protocol_received"]


def test_nothing_is_told_of_what_was_rolled_back(ana, bruno):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(happened([bruno.veterinarian]), DeliveryKind.PROTOCOL_RECEIVED, ana)
        raise ZeroDivisionError
    assert not Delivery.objects.exists() and not Notification.objects.exists() and not Job.objects.exists()


def composed(ana, bruno, kind, states=("submitted", "received"), language="es", **fields):
    set_preferences(bruno, notify_on_processing=True)
    type(bruno).objects.filter(pk=bruno.pk).update(language=language)
    values = {"number": "HP 26/123", "sample_condition": "acceptable", "discrepancies": "Falta un frasco."}
    events = happened([bruno.veterinarian], 1, *states, **values | fields)
    announce(events, DeliveryKind(kind), ana)
    return composing.compose(Delivery.objects.select_related("protocol_event__protocol").get())


@pytest.mark.parametrize(("kind", "states", "subject", "sentence"), LETTERS)
def test_each_says_in_both_parts_what_happened_with_one_link(ana, bruno, kind, states, subject, sentence):
    message = composed(ana, bruno, kind, states)
    assert message.subject == f"{subject}: HP 26/123, Paciente 0"
    link = f"http://127.0.0.1:8000/protocols/{Protocol.objects.get().pk}/"
    for part in parts(message):
        assert sentence in part
        for fact in ("Bruno Pérez", "HP 26/123", "Paciente 0", "Canino"):
            assert fact in part
    if kind != "protocol_processing":
        assert link in parts(message)[0]
    assert set(re.findall(r'href="([^"]+)"', parts(message)[1])) == {link}


@pytest.mark.parametrize(("kind", "states"), [letter[:2] for letter in LETTERS])
def test_english_readers_get_english(ana, bruno, kind, states):
    fields = {"discrepancies": "One is missing.", "animal": "Rex", "species": "Dog"}
    text, html = parts(composed(ana, bruno, kind, states, "en", **fields))
    assert 'lang="en"' in html
    for spanish in ("muestra", "Paciente", "protocolo", "laboratorio comenzó", "Motivo"):
        assert spanish not in text + html


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_typed_is_text(ana, bruno, kind):
    message = composed(ana, bruno, kind, animal=HOSTILE[:60], discrepancies=HOSTILE)
    assert "\n" not in message.subject and message.message()["Bcc"] is None
    text, html = parts(message)
    assert "<script>alert(1)</script>" in text
    assert "<script" not in html


def test_it_arrives_and_is_sent_again_to_a_better_address(ana, bruno, sink):
    announce(happened([bruno.veterinarian]), DeliveryKind.PROTOCOL_RECEIVED, ana)
    run_jobs("send_delivery")
    first = Delivery.objects.get()
    assert first.state == "sent"
    again = deliveries.resend(ana, first.pk, "otra@clinica.test")
    assert again.protocol_event == first.protocol_event
    run_jobs("send_delivery")
    assert [taken.recipients for taken in sink.taken] == [["bruno@lab.test"], ["otra@clinica.test"]]


def test_what_became_another_vets_meanwhile_is_not_sent(ana, bruno, carla, sink):
    (event,) = happened([bruno.veterinarian])
    announce([event], DeliveryKind.PROTOCOL_REJECTED, ana)
    Protocol.objects.update(veterinarian=carla.veterinarian)
    run_jobs("send_delivery")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.needs_attention, sink.taken) == ("failed", False, [])
    with pytest.raises(InvalidTransition):
        deliveries.resend(ana, delivery.pk)
