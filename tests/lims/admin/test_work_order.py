"""An order's page: what its state allows, through the services, with their refusals told."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Job
from lims.models import Protocol, WorkOrder
from lims.services.work_orders.work_orders import issue_work_order
from tests import factories
from tests.lims.admin.ordering import billing, lines, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]

ADD = "/admin/lims/workorder/add/"


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_new_order_is_a_draft_with_the_vets_billing_data(admin, bruno):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    factories.PriceFactory(service="HP", price=Decimal("900.00"))
    typed = lines(
        {"code": f"  {protocol.number.lower()} "}, {"code": protocol.number, "unit_price": "1.234,50"}
    )
    response = admin.post(ADD, {"veterinarian": bruno.veterinarian.pk, "observations": "R&D", **typed})
    assert response.status_code == 302
    order = WorkOrder.objects.get()
    assert (order.status, order.billing_name, order.observations) == ("draft", bruno.veterinarian.name, "R&D")
    assert order.total == Decimal("2134.50")
    assert order.history.get().action == "created"
    assert Protocol.objects.get().work_order == order


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"code": "HP 99/999"}, "code"),
        ({"code": "", "service": "HP"}, "code"),
        ({"service": "NONE"}, "unit_price"),
        ({"unit_price": "10", "discount": "11"}, "discount"),
        ({"unit_price": "-1"}, "unit_price"),
        ({"quantity": "0"}, "quantity"),
        ({"unit_price": "abc"}, "unit_price"),
        ({"unit_price": "10.000.000.000,00"}, "unit_price"),
        ({"unit_price": "9.999.999.999,99", "quantity": "101"}, "unit_price"),
    ],
)
def test_wrong_line_is_told_beside_its_field(admin, bruno, row, field):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    typed = lines({"code": protocol.number} | row)
    response = admin.post(ADD, {"veterinarian": bruno.veterinarian.pk, "observations": "kept", **typed})
    assert set(response.context["inline_admin_formset"].formset.forms[0].errors) == {field}
    assert not WorkOrder.objects.exists()
    assert "kept" in response.content.decode()


def test_what_the_service_refuses_is_told_and_nothing_is_written(admin, bruno, carla):
    protocol = factories.ProtocolFactory(veterinarian=carla.veterinarian)
    typed = lines({"code": protocol.number, "unit_price": "1"})
    response = admin.post(ADD, {"veterinarian": bruno.veterinarian.pk, "observations": "kept", **typed})
    assert response.status_code == 200
    [sentence] = response.context["adminform"].form.non_field_errors()
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert "kept" in response.content.decode()
    assert not WorkOrder.objects.exists()


def test_advance_is_changed_with_history_and_a_warmed_pdf(admin, alma, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    response = admin.post(url(order, "change"), billing(order, advance="400,00"))
    assert response.status_code == 302
    changed = WorkOrder.objects.get()
    assert (changed.advance, changed.balance, changed.lock_version) == (400, 600, order.lock_version + 1)
    entry = changed.history.first()
    assert (entry.by, entry.changes) == (alma, {"advance": ["0.00", "400.00"]})
    assert Job.objects.filter(actor="warm_pdf", ref=f"work-order/{order.pk}@{changed.lock_version}").exists()


def test_too_large_advance_is_told_beside_its_field(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    response = admin.post(url(order, "change"), billing(order, advance="1000,01"))
    assert set(response.context["adminform"].form.errors) == {"advance"}
    assert WorkOrder.objects.get().advance == 0


def test_lines_of_a_draft_are_changed_through_the_service(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian, lines=2)
    first, second = order.lines.select_related("protocol")
    code = first.protocol.number
    rows = [
        {"id": first.pk, "code": code, "unit_price": "50"},
        {"id": second.pk, "code": code, "unit_price": "60", "DELETE": "on"},
        {"code": code, "unit_price": "7", "description": "<5/10 HPF>"},
    ]
    response = admin.post(url(order, "change"), billing(order) | lines(*rows, initial=2))
    assert response.status_code == 302
    changed = WorkOrder.objects.get()
    assert [(line.unit_price, line.description) for line in changed.lines.all()][1] == (7, "<5/10 HPF>")
    assert (changed.total, changed.lock_version) == (57, order.lock_version + 1)
    assert changed.history.first().changes["total"] == ["2000.00", "57.00"]


def test_saving_a_draft_unchanged_changes_nothing(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    page = admin.get(url(order, "change"))
    formset = page.context["inline_admin_formset"].formset
    posted = {}
    for form in (page.context["adminform"].form, formset.management_form, *formset.forms):
        posted |= {bound.html_name: bound.value() if bound.value() is not None else "" for bound in form}
    assert admin.post(url(order, "change"), posted).status_code == 302
    assert WorkOrder.objects.get().lock_version == order.lock_version
    assert order.history.count() == 1


def test_lines_of_an_issued_order_are_shown_and_not_posted(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    page = admin.get(url(order, "change"))
    assert not page.context["inline_admin_formsets"]
    assert "Biopsia, una pieza" in page.content.decode()
    line = order.lines.get()
    row = {"id": line.pk, "code": line.protocol.number, "unit_price": "1"}
    admin.post(url(order, "change"), billing(order) | lines(row, initial=1))
    assert order.lines.get().unit_price == 1_000


@pytest.mark.parametrize("status", ["invoiced", "cancelled"])
def test_closed_order_shows_no_field_and_takes_none(admin, ana, bruno, status):
    order = factories.issued_order(ana, bruno.veterinarian)
    WorkOrder.objects.update(status=status)
    page = admin.get(url(order, "change"))
    assert set(page.context["adminform"].form.fields) == {"seen_version"}
    assert not page.context["show_save"]
    admin.post(url(order, "change"), billing(order, advance="1"))
    assert WorkOrder.objects.get().advance == 0


def test_issue_and_a_second_click(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    first = admin.post(url(order, "issue"), follow=True)
    number = WorkOrder.objects.get().number
    assert any(number in message for message in messages(first))
    second = admin.post(url(order, "issue"), follow=True)
    assert second.status_code == 200 and messages(second)
    assert (WorkOrder.objects.get().number, order.history.filter(action="issued").count()) == (number, 1)


def test_selected_drafts_are_issued_and_the_others_named(admin, ana, bruno):
    drafts = [factories.draft_order(ana, bruno.veterinarian) for _ in range(2)]
    issued = issue_work_order(ana, factories.draft_order(ana, bruno.veterinarian).pk)
    chosen = {"action": "issue_selected", "_selected_action": [order.pk for order in (*drafts, issued)]}
    response = admin.post(reverse("admin:lims_workorder_changelist"), chosen, follow=True)
    assert set(WorkOrder.objects.values_list("status", flat=True)) == {"issued"}
    assert any(issued.number in message for message in messages(response))


@pytest.mark.parametrize("page", ["issue", "cancel", "pdf_warm", "pdf_invalidate"])
def test_buttons_take_posts_with_a_token_alone(admin, alma, ana, bruno, page):
    order = factories.draft_order(ana, bruno.veterinarian)
    assert admin.get(url(order, page)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alma)
    assert strict.post(url(order, page), {"reason": "x"}).status_code == 403
    assert WorkOrder.objects.get().status == "draft"
    assert not Job.objects.exists()


@pytest.mark.parametrize("page", ["issue", "cancel", "pdf_warm", "pdf_invalidate"])
@pytest.mark.parametrize("who", ["ana", "bruno"])
def test_buttons_are_for_administrators(client, request, ana, bruno, who, page):
    order = factories.draft_order(ana, bruno.veterinarian)
    client.force_login(request.getfixturevalue(who))
    client.post(url(order, page), {"reason": "x"})
    assert WorkOrder.objects.get().status == "draft"
    assert not Job.objects.exists()


def test_hostile_texts_are_shown_as_typed(admin, ana, bruno):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal="<script>alert(1)</script>")
    from lims.services.work_orders.work_orders import Line, create_work_order

    line = Line(protocol.pk, "HP", "<5/10 HPF> R&D", unit_price=Decimal(1))
    order = create_work_order(ana, bruno.veterinarian, [line], billing_name="<b>")
    issue_work_order(ana, order.pk)
    page = admin.get(url(order, "change")).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert "&lt;5/10 HPF&gt; R&amp;D" in page


def test_nobody_deletes_an_order(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    assert admin.post(url(order, "delete"), {"post": "yes"}).status_code == 403
    assert WorkOrder.objects.exists()


def test_draft_too_long_for_a_form_keeps_its_lines(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian, lines=101)
    page = admin.get(url(order, "change"))
    assert not page.context["inline_admin_formsets"]
    assert (len(page.context["lines"]), page.context["lines_count"]) == (100, 101)
    assert admin.post(url(order, "change"), billing(order, observations="Nueva")).status_code == 302
    assert (WorkOrder.objects.get().observations, order.lines.count()) == ("Nueva", 101)


def test_longest_draft_of_a_form_can_be_saved(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian, lines=100)
    rows = [
        {"id": line.pk, "work_order": order.pk, "code": line.protocol.number, "unit_price": "2", "DELETE": ""}
        for line in order.lines.select_related("protocol")
    ]
    typed = billing(order) | lines(*rows, {"code": "", "service": ""}, initial=100)
    assert admin.post(url(order, "change"), typed).status_code == 302
    assert WorkOrder.objects.get().total == 200
