"""change_work_order: what each state allows, nothing overwritten silently, and the PDF follows."""

from decimal import Decimal

import pytest

from actors.models import Job
from lims.documents.work_orders import work_order as document
from lims.errors import Incomplete, InvalidTransition, NotAllowed, StaleEdit
from lims.models import WorkOrder
from lims.services.work_orders.work_orders import Line, cancel_work_order, change_work_order
from tests.factories import ProtocolFactory, draft_order, issued_order


@pytest.fixture
def order(ana, bruno) -> WorkOrder:
    return issued_order(ana, bruno.veterinarian)


def test_an_advance_changes_balance_payment_and_what_the_pdf_shows(ana, order):
    before = document.snapshot(order.pk)
    change_work_order(ana, order.pk, order.lock_version, advance=Decimal("400.00"))
    after = document.snapshot(order.pk)
    assert (before["balance"], before["payment_status"]) == ("1000.00", "unpaid")
    assert (after["advance"], after["balance"], after["payment_status"]) == ("400.00", "600.00", "partial")


def test_old_and_new_values_are_in_the_history(ana, order):
    change_work_order(
        ana, order.pk, order.lock_version, observations="pagó en efectivo", advance=Decimal("1000.00")
    )
    entry = order.history.first()
    assert (entry.action, entry.by) == ("changed", ana)
    assert entry.changes == {"observations": ["", "pagó en efectivo"], "advance": ["0.00", "1000.00"]}


def test_the_changed_pdf_is_warmed_now_and_old_ones_are_pruned_later(ana, order):
    Job.objects.all().delete()
    changed = change_work_order(ana, order.pk, order.lock_version, advance=Decimal("1.00"))
    ref = f"work-order/{order.pk}@{changed.lock_version}"
    assert {(job.actor, job.ref, *job.args) for job in Job.objects.all()} == {
        ("warm_pdf", ref, "work-order", order.pk),
        ("prune_pdfs", ref, "work-order", order.pk),
    }


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(ana, alma, order):
    change_work_order(ana, order.pk, order.lock_version, advance=Decimal("100.00"))
    with pytest.raises(StaleEdit):
        change_work_order(alma, order.pk, order.lock_version, advance=Decimal("5.00"))
    order.refresh_from_db()
    assert order.advance == Decimal("100.00")


def test_the_same_values_again_change_nothing(ana, order):
    Job.objects.all().delete()
    again = change_work_order(ana, order.pk, order.lock_version, advance=order.advance)
    assert again.lock_version == order.lock_version
    assert order.history.filter(action="changed").count() == Job.objects.count() == 0


@pytest.mark.parametrize("advance", [Decimal("-0.01"), Decimal("1000.01")])
def test_an_advance_out_of_range_is_refused_beside_its_field(ana, order, advance):
    with pytest.raises(Incomplete) as refusal:
        change_work_order(ana, order.pk, order.lock_version, advance=advance)
    assert set(refusal.value.fields) == {"advance"}
    order.refresh_from_db()
    assert order.advance == 0


def test_lines_change_only_in_a_draft(ana, bruno, order):
    line = Line(ProtocolFactory(veterinarian=bruno.veterinarian).pk, "HP", unit_price=Decimal("5.00"))
    with pytest.raises(InvalidTransition):
        change_work_order(ana, order.pk, order.lock_version, lines=[line])
    draft = draft_order(ana, bruno.veterinarian)
    changed = change_work_order(ana, draft.pk, draft.lock_version, lines=[line, line])
    assert changed.total == Decimal("10.00")


@pytest.mark.parametrize("status", ["invoiced", "cancelled"])
def test_an_order_that_is_closed_changes_no_more(ana, order, status):
    WorkOrder.objects.filter(pk=order.pk).update(status=status)
    with pytest.raises(InvalidTransition):
        change_work_order(ana, order.pk, order.lock_version, advance=Decimal("1.00"))


def test_a_vet_may_not(bruno, order):
    with pytest.raises(NotAllowed):
        change_work_order(bruno, order.pk, order.lock_version, advance=Decimal("1.00"))


def test_a_field_that_is_not_billing_data_is_a_mistake_in_the_code(ana, order):
    with pytest.raises(TypeError):
        change_work_order(ana, order.pk, order.lock_version, total=Decimal("1.00"))


def test_cancelling_needs_a_reason_and_marks_the_pdf(ana, order):
    with pytest.raises(Incomplete):
        cancel_work_order(ana, order.pk, "  ")
    cancel_work_order(ana, order.pk, "cargada dos veces")
    shown = document.snapshot(order.pk)
    assert (shown["mark"], shown["cancellation_reason"]) == ("cancelled", "cargada dos veces")
