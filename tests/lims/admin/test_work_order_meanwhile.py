"""An order's page in the admin that another hand overtook: told, what was typed stays and can be saved."""

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
from tests.lims.admin.ordering import billing, lines, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


def resent(page) -> dict:
    """Return what the page would send as it stands."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        # The last one is the empty form, of which a script makes new rows.
        forms += [inline.formset.management_form, *[shown.form for shown in inline][:-1]]
    assert len(formsets) <= 1
    fields = [field for form in forms for field in form]
    return {field.html_name: field.value() if field.value() is not None else "" for field in fields}


def rows_of(order: WorkOrder, **changed) -> list[dict]:
    return [
        {"id": line.pk, "code": line.protocol.number, "unit_price": str(line.unit_price)} | changed
        for line in order.lines.select_related("protocol")
    ]


def test_the_second_editor_is_told_and_can_save_then(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    change_work_order(ana, order.pk, order.lock_version, observations="Ana's")
    page = admin.post(url(order, "change"), billing(order, observations="Alma's"))
    (sentence,) = page.context["adminform"].form.non_field_errors()
    assert "Otra persona" in sentence and "reemplaza el otro cambio" in sentence
    assert WorkOrder.objects.get().observations == "Ana's"
    fields = resent(page)
    assert fields["observations"] == "Alma's"
    assert admin.post(url(order, "change"), fields).status_code == 302
    assert WorkOrder.objects.get().observations == "Alma's"


def test_a_third_editor_between_is_told_of_too(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    change_work_order(ana, order.pk, order.lock_version, observations="one")
    fields = resent(admin.post(url(order, "change"), billing(order, observations="Alma's")))
    change_work_order(ana, order.pk, order.lock_version + 1, observations="two")
    assert admin.post(url(order, "change"), fields).status_code == 200
    assert WorkOrder.objects.get().observations == "two"


@pytest.mark.parametrize("others", [1, 2, 3])
def test_lines_typed_beside_anothers_are_told_kept_and_can_be_saved_then(admin, ana, bruno, others):
    order = factories.draft_order(ana, bruno.veterinarian, lines=2)
    typed = rows_of(order, unit_price="7,00", description="Alma")
    line = Line(order.lines.first().protocol_id, "HP", unit_price=Decimal("5.00"))
    change_work_order(ana, order.pk, order.lock_version, lines=[line] * others)
    page = admin.post(url(order, "change"), billing(order) | lines(*typed, initial=2))
    assert page.context["adminform"].form.non_field_errors()
    assert (WorkOrder.objects.get().total, order.lines.count()) == (5 * others, others)
    fields = resent(page)
    assert [fields[f"lines-{row}-description"] for row in range(2)] == ["Alma", "Alma"]
    assert admin.post(url(order, "change"), fields).status_code == 302
    assert WorkOrder.objects.get().total == 14
    assert {line.description for line in order.lines.all()} == {"Alma"}


def grow(by, order: WorkOrder) -> None:
    line = Line(order.lines.get().protocol_id, "HP", unit_price=Decimal(1))
    change_work_order(by, order.pk, order.lock_version, lines=[line] * 101)


MOVES = {
    "issued": lambda by, order: issue_work_order(by, order.pk),
    "cancelled": lambda by, order: cancel_work_order(by, order.pk, "Duplicada"),
    "grown": grow,
}


@pytest.mark.parametrize("move", MOVES)
def test_lines_for_which_there_is_no_form_any_more_are_refused_and_shown(admin, ana, bruno, move):
    order = factories.draft_order(ana, bruno.veterinarian)
    (row,) = rows_of(order, unit_price="1.234,50", description="Urgente <hoy>")
    MOVES[move](ana, order)
    before, written = WorkOrder.objects.values().get(), list(order.lines.values())
    page = admin.post(url(order, "change"), billing(order) | lines(row, {"code": ""}, initial=1))
    assert page.status_code == 200 and page.context["adminform"].form.non_field_errors()
    shown = page.content.decode()
    for text in (row["code"], "1.234,50", "Urgente &lt;hoy&gt;"):
        assert text in shown, text
    assert len(page.context["unsaved"]) == 1
    assert (WorkOrder.objects.values().get(), list(order.lines.values())) == (before, written)


def test_an_order_is_not_issued_unseen(admin, ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    page = admin.get(url(order, "change")).content.decode()
    assert page.count(f'name="version" value="{order.lock_version}"') == 2
    change_work_order(ana, order.pk, order.lock_version, observations="Ana's")
    admin.post(url(order, "issue"), {"version": order.lock_version})
    assert WorkOrder.objects.get().status == "draft"
    admin.post(url(order, "issue"), {"version": order.lock_version + 1})
    assert WorkOrder.objects.get().status == "issued"


@pytest.mark.parametrize("reason", ["", "  ", "<x>" * 167])
def test_a_reason_that_will_not_do_is_told_beside_its_field_and_kept(admin, ana, bruno, reason):
    order = factories.issued_order(ana, bruno.veterinarian)
    page = admin.post(url(order, "cancel"), {"reason": reason, "version": order.lock_version})
    assert (page.status_code, set(page.context["form"].errors)) == (409, {"reason"})
    assert reason.replace("<", "&lt;").replace(">", "&gt;") in page.content.decode()
    assert WorkOrder.objects.get().status == "issued"


def test_a_reason_of_the_whole_length_is_kept_whole(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    answer = admin.post(url(order, "cancel"), {"reason": "x" * 500, "version": order.lock_version})
    assert answer["Location"] == url(order, "change")
    cancelled = WorkOrder.objects.get()
    assert (cancelled.status, cancelled.cancellation_reason) == ("cancelled", "x" * 500)


def test_an_order_is_not_cancelled_unseen_and_the_reason_is_kept(admin, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    sent = send_work_order(ana, order.pk)
    page = admin.post(url(order, "cancel"), {"reason": "Duplicada", "version": order.lock_version})
    shown = page.content.decode()
    assert page.status_code == 409
    assert "Duplicada" in shown and f'name="version" value="{sent.lock_version}"' in shown
    assert WorkOrder.objects.get().status == "sent"
