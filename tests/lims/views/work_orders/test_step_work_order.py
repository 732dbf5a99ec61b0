"""Issuing, sending, invoicing and cancelling from an order's page: of the version that the page showed."""

import pytest

from lims.models import WorkOrder
from lims.services.work_orders.work_orders import change_work_order, invoice_work_order, send_work_order
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}


def order_before(step: str, by, vet) -> WorkOrder:
    """Return an order that the step can be done with."""
    if step == "issue":
        return factories.draft_order(by, vet)
    order = factories.issued_order(by, vet)
    return send_work_order(by, order.pk) if step == "invoice" else order


@pytest.mark.parametrize(("step", "after"), [("issue", "issued"), ("send", "sent"), ("invoice", "invoiced")])
def test_a_step_is_refused_of_what_its_user_never_saw(ana, alma, bruno, browser, step, after):
    order = order_before(step, ana, bruno.veterinarian)
    path = f"/work-orders/{order.pk}/{step}/"
    changed = change_work_order(alma, order.pk, order.lock_version, observations="Otra cosa")
    client = browser(ana)
    seen = {"version": order.lock_version}
    page = client.post(path, seen, follow=True).content.decode()
    assert "cambió después de que se abrió" in page and "Otra cosa" in page
    assert client.post(path, seen, **JSON).status_code == 409
    for nonsense in ("x", "0", "-1", ""):
        assert client.post(path, {"version": nonsense}, **JSON).status_code == 409
    assert WorkOrder.objects.get().status == order.status
    assert f'name="version" value="{changed.lock_version}"' in page
    assert client.post(path, {"version": changed.lock_version}).status_code == 302
    assert WorkOrder.objects.get().status == after


@pytest.mark.parametrize("step", ["issue", "send", "invoice"])
def test_a_second_click_is_told_of_the_state(ana, bruno, browser, step):
    order = order_before(step, ana, bruno.veterinarian)
    client = browser(ana)
    seen = {"version": order.lock_version}
    client.post(f"/work-orders/{order.pk}/{step}/", seen)
    page = client.post(f"/work-orders/{order.pk}/{step}/", seen, follow=True)
    assert "no puede pasar a" in page.content.decode()


def test_a_program_may_leave_the_version_out(ana, bruno, browser):
    order = factories.draft_order(ana, bruno.veterinarian)
    assert browser(ana).post(f"/work-orders/{order.pk}/issue/", **JSON).json()["status"] == "issued"


def test_an_order_that_moved_on_is_not_cancelled_unseen_and_the_reason_is_kept(ana, alma, bruno, browser):
    order = send_work_order(ana, factories.issued_order(ana, bruno.veterinarian).pk)
    invoiced = invoice_work_order(alma, order.pk)
    client = browser(ana)
    fields = {"version": order.lock_version, "reason": "Cargada <dos> veces"}
    answer = client.post(f"/work-orders/{order.pk}/cancel/", fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "cambió después de que se abrió" in page and "Cargada &lt;dos&gt; veces" in page
    assert WorkOrder.objects.get().status == "invoiced"
    assert f'name="version" value="{invoiced.lock_version}"' in page
    client.post(f"/work-orders/{order.pk}/cancel/", fields | {"version": invoiced.lock_version})
    assert WorkOrder.objects.get().status == "cancelled"
