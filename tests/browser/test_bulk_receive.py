"""A thousand samples are marked as received at once, from the change list to the vets' mail."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from lims.models import Delivery, Operation, Protocol, ProtocolHistory, Veterinarian
from tests.factories import ProtocolFactory, VeterinarianFactory
from tests.operating import is_gapless, poisoned, submitted
from tests.processes import running, wait_until, worker
from tests.smtp import Sink

pytestmark = pytest.mark.django_db(transaction=True)

COUNT, VETS, BAD = 1_000, 40, 7
NUMBER = re.compile(r"(?:HP|CT) \d\d/\d{3,4}")


@pytest.fixture
def mailbox() -> Iterator[Sink]:
    with Sink() as taking:
        yield taking


@pytest.fixture
def working_site(site_without_workers, mailbox) -> Iterator[str]:
    """The address of a laboratory that works in the background, and whose mail arrives in the mailbox."""
    with running(worker("background", EMAIL_URL=mailbox.url)):
        yield site_without_workers


@pytest.fixture
def vets(transactional_db) -> list[Veterinarian]:
    return VeterinarianFactory.create_batch(VETS)


def test_thousand_are_received_and_seven_after_they_were_mended(working_site, mailbox, vets, alma, log_in):
    made = submitted(COUNT, vets)
    bad = made[11 :: COUNT // BAD][:BAD]
    ProtocolFactory.create_batch(3, veterinarian=vets[0], number=None, status="rejected")
    page = log_in(working_site, alma, "")
    with poisoned(bad):
        with transaction.atomic():
            # Somebody else is at one of them: the lane that needs it waits, so the bar stands half way.
            Protocol.objects.select_for_update().get(pk=made[0].pk)
            choose_all(page)
            expect(page.get_by_role("heading", name="Se hará con 1.000 protocolos")).to_be_visible()
            page.get_by_role("button", name="Marcar como recibido").click()
            expect(page.get_by_text("Procesando 1.000 protocolos; se avisará al terminar.")).to_be_visible()
            expect(bar(page)).to_have_js_property("value", COUNT / 2)
            page.reload()
            expect(bar(page)).to_have_js_property("value", COUNT / 2)
            page = elsewhere(page)
        operation = Operation.objects.get()
        wait_until(lambda: ended(operation), "the first round ends")
    return_by_notification(page, "993 hechos, 7 con error")
    check_failures(page, bad)
    wait_until(lambda: len(digests(mailbox)) == VETS, "each vet gets a digest")
    assert numbers_told(mailbox) == numbers_of(vets)
    page.get_by_role("button", name="Reintentar fallidos").click()
    expect(page.get_by_role("heading", name="Todo está hecho")).to_be_visible()
    expect(bar(page)).to_have_js_property("value", COUNT)
    check_end(mailbox, vets)


def choose_all(page: Page) -> None:
    page.goto(reverse("admin:lims_protocol_changelist") + "?status__exact=submitted")
    page.locator("#action-toggle").check()
    page.locator("#changelist-actions .question a").click()
    page.locator("select[name=action]").select_option("receive-protocols")
    page.get_by_role("button", name="Ejecutar").click()


def bar(page: Page) -> Locator:
    return page.get_by_role("progressbar")


def elsewhere(page: Page) -> Page:
    """Close the page and return another of the same browser."""
    context = page.context
    page.close()
    return context.new_page()


def ended(operation: Operation) -> bool:
    operation.refresh_from_db()
    return operation.state == "done"


def return_by_notification(page: Page, counts: str) -> None:
    page.goto(reverse("notifications"))
    page.get_by_role("button", name=counts).click()
    page.wait_for_url("**/operations/*/")


def check_failures(page: Page, bad: list[Protocol]) -> None:
    rows = page.locator("table tbody tr")
    expect(rows).to_have_count(len(bad))
    for row, protocol in zip(rows.all(), bad, strict=True):
        expect(row.get_by_role("link", name=protocol.temporary_code)).to_have_attribute(
            "href", reverse("protocol", args=(protocol.pk,))
        )
        expect(row).to_contain_text("Ocurrió algo imprevisto")


def digests(mailbox: Sink) -> list:
    addresses = set(Delivery.objects.filter(kind="reception_digest").values_list("address", flat=True))
    return [taken for taken in mailbox.taken if taken.recipients[0] in addresses]


def numbers_told(mailbox: Sink) -> dict[str, list[str]]:
    """Return the numbers that each address was told of by its digests."""
    told = defaultdict(list)
    for taken in digests(mailbox):
        text = taken.message.get_body(("plain",)).get_content()
        told[taken.recipients[0]] += NUMBER.findall(text)
    return {address: sorted(numbers) for address, numbers in told.items()}


def numbers_of(vets: list[Veterinarian]) -> dict[str, list[str]]:
    """Return the numbers of each vet's own received protocols."""
    received = Protocol.objects.filter(status="received")
    return {
        vet.email: sorted(received.filter(veterinarian=vet).values_list("number", flat=True)) for vet in vets
    }


def check_end(mailbox: Sink, vets: list[Veterinarian]) -> None:
    assert Protocol.objects.filter(status="received").count() == COUNT
    assert is_gapless("histopathology") and is_gapless("cytology")
    assert ProtocolHistory.objects.values("protocol").distinct().count() == COUNT
    unsent = Delivery.objects.exclude(state="sent")
    wait_until(lambda: not unsent.exists(), "every message is sent")
    assert numbers_told(mailbox) == numbers_of(vets)
    assert len([taken for taken in mailbox.taken if taken.recipients == ["alma@lab.test"]]) == 2
