"""Changing, issuing and cancelling an order through its page."""

import pytest

from lims.models import WorkOrder
from lims.services.work_orders.work_orders import cancel_work_order, change_work_order
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def order(ana, bruno):
    return factories.issued_order(ana, bruno.veterinarian)


def typed(order, **changes) -> dict:
    return {
        "version": order.lock_version,
        "advance": "0",
        "billing_name": order.billing_name,
        "billing_tax_id": order.billing_tax_id,
        "billing_vat_condition": order.billing_vat_condition,
        "observations": "",
    } | changes


def test_advance_in_the_readers_format_is_saved(ana, order, browser):
    answer = browser(ana).post(f"/work-orders/{order.pk}/", typed(order, advance="1.000,00"))
    assert (answer.status_code, answer["Location"]) == (302, f"/work-orders/{order.pk}/")
    saved = WorkOrder.objects.get()
    assert (str(saved.advance), saved.payment_status) == ("1000.00", "paid")


def test_what_the_paper_cannot_print_is_told_and_kept_as_typed(ana, order, browser):
    client = browser(ana)
    client.post(f"/work-orders/{order.pk}/", typed(order, observations="Retira 🐮 hoy, <5/10 HPF"))
    page = client.get(f"/work-orders/{order.pk}/").content.decode()
    assert "☐" in page and "en lugar de 🐮" in page
    assert WorkOrder.objects.get().observations == "Retira 🐮 hoy, <5/10 HPF"
    client.post(f"/work-orders/{order.pk}/", typed(WorkOrder.objects.get(), observations="µm ≥ 3"))
    assert "☐" not in client.get(f"/work-orders/{order.pk}/").content.decode()


def test_same_values_again_change_nothing(ana, order, browser):
    client = browser(ana)
    assert client.post(f"/work-orders/{order.pk}/", typed(order)).status_code == 302
    assert WorkOrder.objects.get().lock_version == order.lock_version
    assert order.history.filter(action="changed").count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"advance": "1000,01"}, "advance"),
        ({"advance": "-1"}, "advance"),
        ({"advance": "mucho"}, "advance"),
        ({"advance": ""}, "advance"),
        ({"billing_name": " "}, "billing_name"),
        ({"billing_vat_condition": "x"}, "billing_vat_condition"),
        ({"observations": "x" * 5_001}, "observations"),
    ],
)
def test_mistake_is_told_beside_its_field_and_keeps_what_was_typed(changes, field, ana, order, browser):
    client = browser(ana)
    sent = typed(order, **({"observations": "retira el cadete"} | changes))
    page = client.post(f"/work-orders/{order.pk}/", sent)
    assert page.status_code == 409
    assert f'id="id_{field}_error"' in page.content.decode()
    if field != "observations":
        assert "retira el cadete" in page.content.decode()
    assert field in client.post(f"/work-orders/{order.pk}/", sent, **JSON).json()["fields"]
    assert WorkOrder.objects.get().lock_version == order.lock_version


def test_second_editor_is_told_and_keeps_what_was_typed(ana, paula, order, browser):
    change_work_order(paula, order.pk, order.lock_version, observations="primero")
    answer = browser(ana).post(f"/work-orders/{order.pk}/", typed(order, observations="segundo"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Otra persona cambió esta orden" in page and "segundo" in page
    assert WorkOrder.objects.get().observations == "primero"


def test_version_that_is_no_number_changes_nothing(ana, order, browser):
    answer = browser(ana).post(f"/work-orders/{order.pk}/", typed(order, version="x", advance="5"))
    assert answer.status_code == 409
    assert WorkOrder.objects.get().advance == 0


def test_editor_of_a_meanwhile_cancelled_order_is_told_and_keeps_what_was_typed(ana, paula, order, browser):
    cancel_work_order(paula, order.pk, "Duplicada")
    client = browser(ana)
    page = client.post(f"/work-orders/{order.pk}/", typed(order, observations="segundo")).content.decode()
    assert "Otra persona cambió esta orden" in page and "segundo" in page
    page = client.post(f"/work-orders/{order.pk}/cancel/", {"reason": "Otra"}).content.decode()
    assert "no puede pasar a" in page and "Otra" in page


@pytest.mark.parametrize("path", ["", "issue/", "cancel/"])
def test_vet_may_look_but_not_change(path, bruno, carla, order, browser):
    sent = typed(order, advance="1", reason="x")
    for headers in ({}, JSON):
        assert browser(bruno).post(f"/work-orders/{order.pk}/{path}", sent, **headers).status_code == 403
        assert browser(carla).post(f"/work-orders/{order.pk}/{path}", sent, **headers).status_code == 404
    found = WorkOrder.objects.get()
    assert (found.advance, found.status) == (0, "issued")


def test_issue_numbers_a_draft_and_a_second_click_is_harmless(ana, bruno, browser):
    draft = factories.draft_order(ana, bruno.veterinarian)
    client = browser(ana)
    assert client.post(f"/work-orders/{draft.pk}/issue/").status_code == 302
    number = WorkOrder.objects.get().number
    again = client.post(f"/work-orders/{draft.pk}/issue/", follow=True)
    assert "no puede pasar a" in again.content.decode()
    assert client.post(f"/work-orders/{draft.pk}/issue/", **JSON).status_code == 409
    assert WorkOrder.objects.get().number == number


def test_cancel_needs_a_reason_and_says_so_beside_it(ana, order, browser):
    client = browser(ana)
    for reason in ("", "  ", "x" * 501):
        answer = client.post(f"/work-orders/{order.pk}/cancel/", {"reason": reason})
        assert answer.status_code == 409
        assert 'id="id_reason_error"' in answer.content.decode()
        json = client.post(f"/work-orders/{order.pk}/cancel/", {"reason": reason}, **JSON)
        assert (json.status_code, list(json.json()["fields"])) == (409, ["reason"])
    assert WorkOrder.objects.get().status == "issued"


def test_cancel_with_a_reason_cancels_once(ana, order, browser):
    client = browser(ana)
    assert client.post(f"/work-orders/{order.pk}/cancel/", {"reason": "Duplicada"}).status_code == 302
    assert WorkOrder.objects.get().cancellation_reason == "Duplicada"
    assert client.post(f"/work-orders/{order.pk}/cancel/", {"reason": "Otra"}, **JSON).status_code == 409
    assert WorkOrder.objects.get().cancellation_reason == "Duplicada"


def test_change_without_a_csrf_token_is_refused(ana, order):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    answer = client.post(f"/work-orders/{order.pk}/", typed(order, advance="1"))
    assert answer.status_code == 403
    assert "no se cambió nada" in answer.content.decode()
    assert WorkOrder.objects.get().advance == 0
