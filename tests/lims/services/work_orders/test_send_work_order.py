"""send_work_order: an issued order's vet is told once; then it can be invoiced."""

import pytest

from actors.models import Job
from lims.errors import InvalidTransition, NotAllowed
from lims.models import Delivery, Notification
from lims.services.mail import composing, deliveries
from lims.services.work_orders.work_orders import (
    cancel_work_order,
    invoice_work_order,
    issue_and_send_work_order,
    send_work_order,
)
from tests.factories import draft_order, issued_order
from tests.lims.services.mail.test_compose_message import parts
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


def test_its_vet_is_told_by_mail_and_in_the_portal(ana, bruno):
    order = send_work_order(ana, issued_order(ana, bruno.veterinarian).pk)
    assert order.status == "sent"
    assert order.history.filter(action="sent", by=ana).count() == 1
    delivery = Delivery.objects.get(kind="work_order_sent", work_order=order, recipient=bruno)
    assert Job.objects.filter(actor="send_delivery", ref=str(delivery.pk)).exists()
    told = Notification.objects.get(user=bruno)
    assert (told.subject, told.path) == (order.number, f"/work-orders/{order.pk}/")


def test_the_mail_names_it_and_leads_to_it(ana, bruno):
    order = send_work_order(ana, issued_order(ana, bruno.veterinarian).pk)
    message = composing.compose(Delivery.objects.get())
    assert message.subject == f"Orden de trabajo {order.number}"
    for part in parts(message):
        assert order.number in part and "1.000,00" in part and f"/work-orders/{order.pk}/" in part


def test_a_second_click_sends_no_second_mail(ana, bruno):
    order = send_work_order(ana, issued_order(ana, bruno.veterinarian).pk)
    with pytest.raises(InvalidTransition):
        send_work_order(ana, order.pk)
    assert Delivery.objects.count() == Notification.objects.count() == 1


def test_a_draft_is_issued_first_only_where_that_is_asked_for(ana, bruno):
    order = draft_order(ana, bruno.veterinarian)
    with pytest.raises(InvalidTransition):
        send_work_order(ana, order.pk)
    sent = issue_and_send_work_order(ana, order.pk)
    assert (sent.status, sent.number[-3:]) == ("sent", "001")
    assert list(sent.history.order_by("pk").values_list("action", flat=True)) == ["created", "issued", "sent"]


def test_what_was_sent_is_invoiced_once(ana, bruno):
    order = send_work_order(ana, issued_order(ana, bruno.veterinarian).pk)
    assert invoice_work_order(ana, order.pk).status == "invoiced"
    with pytest.raises(InvalidTransition):
        invoice_work_order(ana, order.pk)


def test_a_mail_about_an_order_that_was_cancelled_meanwhile_does_not_leave(ana, bruno, mailoutbox):
    order = send_work_order(ana, issued_order(ana, bruno.veterinarian).pk)
    cancel_work_order(ana, order.pk, "Duplicada")
    run_jobs("send_delivery")
    delivery = Delivery.objects.get()
    assert (delivery.state, mailoutbox) == ("failed", [])
    assert "cancel" in delivery.response or "anul" in delivery.response
    with pytest.raises(InvalidTransition):
        deliveries.resend(ana, delivery.pk)


@pytest.mark.parametrize("verb", [send_work_order, invoice_work_order, issue_and_send_work_order])
def test_a_vet_may_not(ana, bruno, verb):
    with pytest.raises(NotAllowed):
        verb(bruno, issued_order(ana, bruno.veterinarian).pk)
