"""What a search finds: words without accents, in any order; codes as far as typed. Nothing harms it."""

import pytest
from django.db import connection

from lims.forms.kit.listing import search_protocols
from lims.forms.mail.deliveries import DeliveryFilter
from lims.forms.people.veterinarians import VeterinarianFilter
from lims.forms.work_orders.work_orders import search
from lims.models import Delivery, Protocol, Veterinarian, WorkOrder, deliveries, protocols, work_orders
from lims.models.searching import beginning
from lims.services.kit.codes import beginnings
from tests import factories
from tests.lims.views.things import failed_delivery

pytestmark = pytest.mark.django_db

HOSTILE = [
    "%",
    "'",
    "\\",
    ":*",
    "a:*b",
    "!",
    "&|()",
    "_",
    "' OR 1=1 --",
    "²",
    "x" * 10_000,
    "💥",
    "<b>",
    "\t",
]


@pytest.fixture
def wanted():
    vet = factories.VeterinarianFactory(first_names="Zoé", last_names="Núñez Peña", clinic="Clínica del Río")
    return factories.ready_protocol(
        vet,
        animal="Pingüino O'Malley",
        number="HP 77/123",
        temporary_code="TMP-HP-20261123-001",
        owner_first_names="María José",
        owner_last_names="Ibáñez",
        chip="982-000123456789",
    )


@pytest.fixture
def others(wanted):
    return [factories.ready_protocol(number=number) for number in ("HP 77/124", "CT 77/123", "HP 77/1234")]


@pytest.mark.parametrize(
    "text",
    [
        *("pinguino", "PINGÜINO", "ping", "malley o", "o'malley", "maria ibanez", "Ibáñez María"),
        *("nunez", "peña zoe", "rio pinguino", "zoé ibañez ping", "982-000123", "000123456789"),
        *("hp 77/123", "HP77/123", "hp 77/123-C1", "HP 77/123-S12", "hp'77-123", "TMP-HP-20261123-001"),
        *("tmp-hp-2026", "tmp", "TMP-HP", "tmp?hp?20261123?001"),
    ],
)
def test_it_finds_by(text, wanted, others):
    assert list(search_protocols(text)) == [wanted]


@pytest.mark.parametrize("text", ["pinguina", "pinguino perez", "inguino", "HP 78", "TMP-CT", "zzz"])
def test_it_leaves_out_what_does_not_match(text, wanted):
    assert list(search_protocols(text)) == []


def test_a_code_finds_itself_alone_and_its_beginning_all_of_it(wanted, others):
    assert set(search_protocols("HP 77/12")) == {wanted, others[0], others[2]}
    assert set(search_protocols("77/123")) == {wanted, others[1]}
    assert list(search_protocols("HP 77/1234")) == [others[2]]
    assert set(search_protocols("hp77")) == {wanted, others[0], others[2]}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_harms_it(text, wanted, ana):
    order = factories.issued_order(ana, wanted.veterinarian)
    assert list(search_protocols(text)) == []
    assert list(search(WorkOrder.objects.all(), text)) == []
    assert list(search(WorkOrder.objects.all(), "")) == [order]
    for filters, rows in ((DeliveryFilter, Delivery), (VeterinarianFilter, Veterinarian)):
        list(filters({"q": text}).apply(rows.objects.all()))


def test_orders_are_found_by_what_they_charge_and_whom(wanted, ana):
    order = factories.issued_order(ana, wanted.veterinarian, billing_name="Olivos Sociedad Anónima")
    other = factories.issued_order(ana, factories.VeterinarianFactory())
    Protocol.objects.filter(pk=order.lines.get().protocol_id).update(animal="Ñandú", number="HP 77/200")
    for text in ("nandu", "olivos anonima", "nunez nandu", "HP 77/200", "77/2", order.number, "sociedad zoe"):
        assert list(search(WorkOrder.objects.all(), text)) == [order], text
    assert set(search(WorkOrder.objects.all(), "ot-2")) == {order, other}


def test_messages_are_found_by_address_vet_and_what_they_are_about(wanted, ana, paula):
    report = factories.archived_report(paula.staff_member.pathologist, wanted)
    sent = failed_delivery(report, wanted.veterinarian.user, address="clinica.rio@vets.test")
    other = factories.archived_report(paula.staff_member.pathologist)
    failed_delivery(other, other.protocol.veterinarian.user, address="otra@vets.test")
    for text in ("rio@vets.test", "clinica.rio", "núñez", "HP 77/123", "peña vets"):
        assert list(DeliveryFilter({"q": text}).apply(Delivery.objects.all())) == [sent], text


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("hp26/1", ["HP 26/1"]),
        ("HP 26", ["HP 26"]),
        ("ct-26-0012", ["CT 26/0012"]),
        ("HP 26/12-C", ["HP 26/12"]),
        ("26/1", ["HP 26/1", "CT 26/1"]),
        ("tmp-hp-20261123-001", ["TMP-HP-20261123-001"]),
        ("OT-", ["OT"]),
        ("ot 2026 001", ["OT-2026-001"]),
        ("hp", []),
        ("hp 26 michi", []),
        ("2026", []),
        ("26-1", []),
        ("", []),
        ("HP " + "9" * 100, []),
    ],
)
def test_what_is_typed_of_a_code_is_its_beginning(typed, begins):
    assert beginnings(typed) == begins


@pytest.mark.parametrize("model", [Protocol, WorkOrder, Delivery])
def test_the_index_serves_the_search(model):
    words = {Protocol: protocols.WORDS, WorkOrder: work_orders.WORDS, Delivery: deliveries.WORDS}[model]
    rows = model.objects.alias(words=words).filter(words=beginning("michi")).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "_words" in rows.explain()
