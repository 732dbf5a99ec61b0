"""compose: what a mail says, in whose language, and that nothing in it is taken for more than text."""

import re

import pytest
from django.core import mail

from lims.models import Delivery, DeliveryKind, Report
from lims.services.mail import composing, smtp
from lims.services.reports.announcing import ATTACHED_BYTES_MAX
from tests import factories

HOSTILE = "<script>alert(1)</script>\r\nBcc: x@y.test\n<b>R&D"

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(paula, bruno) -> Report:
    factories.laboratory(name="Laboratorio del Sur", phone="011 5287 2000", email="lab@sur.test")
    protocol = factories.ready_protocol(bruno.veterinarian)
    return factories.archived_report(
        paula.staff_member.pathologist, protocol, amendment_reason="Corrige", withdrawal_reason="Otra muestra"
    )


@pytest.fixture
def delivery(report, bruno) -> Delivery:
    return Delivery.objects.create(
        kind="report_issued",
        report=report,
        recipient=bruno,
        address="bruno@lab.test",
        language="es",
        message_id="<delivery-1@lab.test>",
    )


def parts(message: mail.EmailMultiAlternatives) -> tuple[str, str]:
    (html,) = message.alternatives
    assert html.mimetype == "text/html"
    return str(message.body), str(html.content)


def header(message: mail.EmailMultiAlternatives, name: str) -> str:
    return str(message.message()[name])


@pytest.mark.parametrize(
    ("kind", "subject", "sentence"),
    [
        ("report_issued", "Informe listo", "Se emitió el informe del protocolo"),
        ("report_amended", "Informe enmendado", "Corrige"),
        ("report_withdrawn", "Informe retirado", "Otra muestra"),
    ],
)
def test_each_kind_says_what_happened_in_both_parts_with_one_link(delivery, kind, subject, sentence):
    delivery.kind = kind
    message = composing.compose(delivery)
    link = f"http://127.0.0.1:8000/reports/{delivery.report_id}/"
    assert message.subject == f"{subject}: {delivery.report.protocol.number}, Firulais"
    for part in parts(message):
        assert sentence in part
        assert link in part
        for fact in ("Bruno Pérez", "Firulais", "Paula Rivas", "Laboratorio del Sur", "011 5287 2000"):
            assert fact in part
    assert set(re.findall(r'href="([^"]+)"', parts(message)[1])) == {link}


@pytest.mark.parametrize("kind", [kind for kind in DeliveryKind if kind.value.startswith("report_")])
def test_english_readers_get_english(delivery, kind):
    delivery.kind, delivery.language = kind, "en"
    message = composing.compose(delivery)
    text, html = parts(message)
    assert message.subject.startswith("Report ")
    assert "Dear Bruno Pérez," in text and 'lang="en"' in html
    for spanish in ("informe", "Paciente", "Versión", "Abrir"):
        assert spanish not in text + html


def test_no_signed_link_and_no_diagnosis_travels(delivery):
    message = composing.compose(delivery)
    whole = smtp.wire_form(message).decode()
    for secret in ("X-Amz", "Signature", "Mastocitoma", "mastocitos"):
        assert secret not in whole + "".join(parts(message))


def test_headers_are_those_of_an_automatic_message_that_can_be_answered(delivery):
    message = composing.compose(delivery)
    assert header(message, "Message-ID") == "<delivery-1@lab.test>"
    assert header(message, "Auto-Submitted") == "auto-generated"
    assert (message.to, message.reply_to) == (["bruno@lab.test"], ["lab@sur.test"])
    assert header(message, "From") == "Lamina <no-reply@127.0.0.1>"


def test_composed_again_it_is_the_same_message(delivery):
    first, second = (parts(composing.compose(delivery)) for _ in range(2))
    assert first == second


def test_hostile_text_is_text_in_every_part_and_makes_no_header(delivery):
    protocol = delivery.report.protocol
    protocol.animal = protocol.species = HOSTILE
    delivery.kind, delivery.report.amendment_reason = "report_amended", HOSTILE
    delivery.recipient.veterinarian.first_names = HOSTILE
    message = composing.compose(delivery)
    text, html = parts(message)
    assert header(message, "Bcc") == "None"
    assert "\n" not in message.subject and "\r" not in message.subject
    assert "<script>alert(1)</script>" in text and "R&D" in text
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "R&amp;D" in html


def test_a_preliminary_report_is_called_so(delivery):
    delivery.report.is_preliminary = True
    for part in parts(composing.compose(delivery)):
        assert "Informe preliminar" in part


def test_a_paper_that_is_too_large_to_be_mailed_becomes_a_link(delivery):
    delivery.attach_pdf = True
    delivery.report.size_bytes = ATTACHED_BYTES_MAX + 1
    message = composing.compose(delivery)
    assert message.attachments == []
    for part in parts(message):
        assert "demasiado grande" in part


def test_who_is_the_protocols_vet_no_more_gets_no_paper(delivery, carla):
    delivery.attach_pdf = True
    delivery.report.protocol.veterinarian = carla.veterinarian
    message = composing.compose(delivery)
    assert message.attachments == []
    assert "adjunto" not in parts(message)[0]


def test_long_lines_are_folded_as_mail_demands(delivery):
    delivery.kind, delivery.report.amendment_reason = "report_amended", "ñandú " * 330
    assert max(map(len, smtp.wire_form(composing.compose(delivery)).split(b"\r\n"))) <= 998


def test_without_laboratory_data_it_is_still_a_message(delivery):
    factories.laboratory(name="", phone="", email="")
    message = composing.compose(delivery)
    assert header(message, "Reply-To") == "None"
    assert "Lamina" in parts(message)[1]


def test_a_former_user_of_no_clinic_is_not_addressed_by_name(delivery, ana):
    delivery.recipient = ana
    assert "Estimado" not in parts(composing.compose(delivery))[0]


def test_html_needs_no_other_file_and_no_script(delivery):
    html = parts(composing.compose(delivery))[1]
    for loaded in ("<img", "<link", "<script", "url(", "@import"):
        assert loaded not in html
    assert 'name="color-scheme" content="light dark"' in html
