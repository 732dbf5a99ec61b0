"""Writing an order that another hand, or one's own other window, has moved: told, and nothing is lost."""

from decimal import Decimal

import pytest

from lims.models import WorkOrder
from lims.services.work_orders.work_orders import (
    Line,
    cancel_work_order,
    change_work_order,
    issue_work_order,
    send_work_order,
)
from tests import factories
from tests.lims.views.work_orders.ordering import row, typed

NEW = "/work-orders/new/"
JSON = {"Accept": "application/json"}
TYPED = {"service": "HP", "unit_price": "1.234,50", "description": "Urgente <hoy>", "discount": "0,25"}


@pytest.fixture
def draft(ana, bruno) -> WorkOrder:
    return factories.draft_order(ana, bruno.veterinarian)


def unchanged(order: WorkOrder, *rows: dict, **changes) -> dict:
    """Return what the form sends when nothing but lines was changed."""
    billing = {name: getattr(order, name) for name in ("billing_tax_id", "billing_vat_condition")}
    return typed(order, *rows, **billing | changes)


def grow(by, order: WorkOrder) -> None:
    line = Line(order.lines.get().protocol_id, "HP", unit_price=Decimal(1))
    change_work_order(by, order.pk, order.lock_version, lines=[line] * 101)


def issue_and_send(by, order: WorkOrder) -> None:
    issue_work_order(by, order.pk)
    send_work_order(by, order.pk)


MOVES = {
    "issued": lambda by, order: issue_work_order(by, order.pk),
    "sent": issue_and_send,
    "cancelled": lambda by, order: cancel_work_order(by, order.pk, "Duplicada"),
    "grown": grow,
}


@pytest.mark.parametrize("move", MOVES)
def test_lines_for_which_there_is_no_form_any_more_are_refused_and_shown(ana, alma, draft, browser, move):
    protocol = draft.lines.get().protocol
    MOVES[move](alma, draft)
    before = WorkOrder.objects.values().get()
    lines = list(draft.lines.values())
    client = browser(ana)
    fields = unchanged(draft, row(0, protocol, **TYPED))
    page = client.post(f"/work-orders/{draft.pk}/edit/", fields)
    shown = page.content.decode()
    assert page.status_code == 409
    for text in (protocol.number, "HP", "1.234,50", "Urgente &lt;hoy&gt;", "0,25", alma.email):
        assert text in shown, text
    assert client.post(f"/work-orders/{draft.pk}/edit/", fields, headers=JSON).status_code == 409
    assert (WorkOrder.objects.values().get(), list(draft.lines.values())) == (before, lines)


def test_a_line_that_was_taken_out_of_a_draft_that_was_issued_meanwhile_is_told(ana, alma, draft, browser):
    protocol = draft.lines.get().protocol
    issue_work_order(alma, draft.pk)
    fields = unchanged(draft, row(0, protocol, wanted=None))
    page = browser(ana).post(f"/work-orders/{draft.pk}/edit/", fields)
    assert (page.status_code, page.context["unsaved"]) == (409, [])


def test_the_billing_that_was_typed_beside_them_can_be_saved_then(ana, alma, draft, browser):
    protocol = draft.lines.get().protocol
    issued = issue_work_order(alma, draft.pk)
    client = browser(ana)
    fields = unchanged(draft, row(0, protocol, **TYPED), observations="Retira el cadete")
    page = client.post(f"/work-orders/{draft.pk}/edit/", fields)
    billing = {name: page.context["billing"][name].value() for name in page.context["billing"].fields}
    assert (billing["observations"], billing["version"]) == ("Retira el cadete", str(issued.lock_version))
    assert client.post(f"/work-orders/{draft.pk}/edit/", billing).status_code == 302
    assert WorkOrder.objects.get().observations == "Retira el cadete"


def test_what_was_typed_for_an_order_that_is_closed_is_shown(ana, alma, draft, browser):
    cancel_work_order(alma, draft.pk, "Duplicada")
    fields = unchanged(draft, observations="Retira el cadete")
    page = browser(ana).post(f"/work-orders/{draft.pk}/edit/", fields)
    assert page.status_code == 409
    assert "Retira el cadete" in page.content.decode() and "Duplicada" in page.content.decode()


@pytest.mark.parametrize("corrected", [{"unit_price": "2.000,00"}, {"quantity": "2"}])
def test_a_corrected_line_of_a_draft_that_was_just_made_is_told_and_kept(
    ana, bruno, draft, browser, corrected
):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    factories.PriceFactory(service="HP")
    client = browser(ana)
    client.post(NEW, typed(bruno.veterinarian, row(0, protocol, service="HP")))
    made = WorkOrder.objects.latest("pk")
    page = client.post(NEW, typed(bruno.veterinarian, row(0, protocol, service="HP", **corrected)))
    shown = page.content.decode()
    assert (page.status_code, f'href="/work-orders/{made.pk}/edit/"' in shown) == (409, True)
    assert f'value="{next(iter(corrected.values()))}"' in shown
    made.refresh_from_db()
    assert (made.total, made.lock_version) == (1_000, 1)


def test_corrected_billing_of_a_draft_that_was_just_made_is_told_and_kept(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    factories.PriceFactory(service="HP")
    client = browser(ana)
    fields = typed(bruno.veterinarian, row(0, protocol, service="HP"))
    client.post(NEW, fields)
    made = WorkOrder.objects.get()
    page = client.post(NEW, fields | {"advance": "300,00"})
    assert (page.status_code, page.context["twin"]) == (409, made)
    assert 'value="300,00"' in page.content.decode()
    assert client.post(NEW, fields | {"advance": "300,00"}, headers=JSON).status_code == 409
    assert client.post(NEW, fields)["Location"] == f"/work-orders/{made.pk}/"


def test_a_correction_that_no_order_could_have_is_told_too(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    factories.PriceFactory(service="HP", price=Decimal("9999999999.99"))
    client = browser(ana)
    client.post(NEW, typed(bruno.veterinarian, row(0, protocol, service="HP", quantity="100")))
    rows = [row(number, protocol, service="HP", quantity="100") for number in range(2)]
    assert client.post(NEW, typed(bruno.veterinarian, *rows)).status_code == 409
    assert WorkOrder.objects.get().lines.count() == 1


def test_a_total_that_no_order_can_hold_is_told_and_nothing_is_written(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    factories.PriceFactory(service="HP", price=Decimal("9999999999.99"))
    rows = [row(number, protocol, service="HP", quantity="100") for number in range(2)]
    client = browser(ana)
    page = client.post(NEW, typed(bruno.veterinarian, *rows))
    assert (page.status_code, len(page.context["rows"])) == (409, 2)
    json = client.post(NEW, typed(bruno.veterinarian, *rows), headers=JSON)
    assert (json.status_code, list(json.json()["fields"])) == (409, ["lines"])
    assert not WorkOrder.objects.exists()
