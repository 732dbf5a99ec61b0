"""compose: the mails that are about no report say exactly what their recipient may know."""

import re

import pytest

from lims.models import Delivery, Protocol
from lims.services.mail import composing
from tests import factories
from tests.lims.services.mail.test_compose_message import HOSTILE, header, parts
from tests.operating import start, submitted, work
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(ana, bruno, carla) -> Delivery:
    """Bruno's, of an operation that received three samples of his and three of Carla's."""
    factories.laboratory(name="Laboratorio del Sur")
    work(start(ana, submitted(6, [bruno.veterinarian, carla.veterinarian])))
    return Delivery.objects.get(kind="reception_digest", recipient=bruno)


def own(user) -> list[Protocol]:
    return list(Protocol.objects.filter(veterinarian__user=user))


def test_a_digest_lists_its_vets_samples_by_number_and_nobody_elses(digest, bruno, carla):
    message = composing.compose(digest)
    assert message.subject == "Se recibieron 3 muestras"
    for part in parts(message):
        for protocol in own(bruno):
            assert protocol.number in part and protocol.animal in part
        for protocol in own(carla):
            assert protocol.number not in part and protocol.animal not in part
    assert set(re.findall(r'href="([^"]+)"', parts(message)[1])) == {"http://127.0.0.1:8000/protocols/"}


def test_what_moved_to_another_vet_since_is_not_told(digest, bruno, carla):
    moved = own(bruno)[0]
    Protocol.objects.filter(pk=moved.pk).update(veterinarian=carla.veterinarian)
    assert moved.number not in parts(composing.compose(digest))[0]


def test_a_patients_name_is_text_in_a_digest(digest, bruno):
    Protocol.objects.filter(veterinarian__user=bruno).update(animal=HOSTILE)
    message = composing.compose(digest)
    text, html = parts(message)
    assert header(message, "Bcc") == "None"
    assert "<script>alert(1)</script>" in text
    assert "<script" not in html


def test_the_end_of_an_operation_is_told_with_its_counts_and_link(digest, ana):
    message = composing.compose(Delivery.objects.get(kind="operation_ended", recipient=ana))
    assert message.subject == "Marcar como recibidos: terminó la operación"
    for part in parts(message):
        assert "Ana Suárez" in part
        assert re.search(r"/operations/\d+/", part)
    assert "Hecho: 6" in parts(message)[0] and "Fallido: 0" in parts(message)[0]


@pytest.mark.parametrize("kind", ["reception_digest", "operation_ended"])
def test_english_readers_get_english(digest, kind):
    delivery = Delivery.objects.filter(kind=kind).first()
    delivery.language = "en"
    text, html = parts(composing.compose(delivery))
    assert "Dear " in text and 'lang="en"' in html
    for spanish in ("muestra", "operación", "Fallido", "Ver "):
        assert spanish not in text + html


def test_each_is_sent_once_by_the_job_of_its_own(digest, mailoutbox):
    run_jobs("send_delivery")
    run_jobs("send_delivery")
    assert sorted(message.to[0] for message in mailoutbox) == [
        "ana@lab.test",
        "bruno@lab.test",
        "carla@lab.test",
    ]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
