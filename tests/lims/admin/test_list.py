"""Every change list asks the database as often for many rows as for few."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import Job
from lims.models import (
    AdditionalRequest,
    AgedHistory,
    DocumentAccess,
    Holiday,
    LabelSheet,
    NumberSeries,
    ReceptionBatch,
    ScannedSample,
)
from lims.services.reports.amending import withdraw_report
from lims.services.reports.phrases import add_phrase
from tests import factories

pytestmark = pytest.mark.django_db


def make_prices(ana):
    factories.PriceFactory()


def make_orders(ana):
    factories.issued_order(ana, factories.VeterinarianFactory())


def make_accesses(ana):
    user = factories.UserFactory()
    DocumentAccess.objects.create(kind="work-order", document_pk=user.pk, user=user, outcome="hit")


def make_aged(ana):
    user = factories.UserFactory(role="admin")
    values = {"month": "2024-05-01", "removed": 3, "reduced": 1, "kept_months": 24}
    AgedHistory.objects.create(kind="documentaccess", by=user, **values)


def make_jobs(ana):
    user = factories.UserFactory()
    now = timezone.now()
    Job.objects.create(actor="warm_pdf", ref=f"r{user.pk}", run_after=now, armed_at=now, requested_by=user)


def make_series(ana):
    NumberSeries.objects.create(name=f"X-{NumberSeries.objects.count()}")


def make_reports(ana):
    report = factories.archived_report(factories.PathologistFactory())
    withdraw_report(report.author.staff_member.user, report.pk, "Muestra cambiada")


def make_requests(ana):
    protocol = factories.ready_protocol(status="processing")
    AdditionalRequest.objects.create(
        protocol=protocol, kind="more_cuts", cassette=protocol.cassettes.first(), requested_by=ana
    )


def make_batches(ana):
    batch = ReceptionBatch.objects.create(opened_by=factories.StaffMemberFactory().user)
    ScannedSample.objects.create(batch=batch, protocol=factories.ProtocolFactory())


def make_holidays(ana):
    Holiday.objects.create(on=date(2026, 1, 1) + timedelta(days=Holiday.objects.count()), name="Feriado")


def make_phrases(ana):
    add_phrase(factories.UserFactory(role="admin"), "Autólisis", "Limita la evaluación.")


LISTS = {
    "lims_price": make_prices,
    "lims_workorder": make_orders,
    "lims_workorderhistory": make_orders,
    "lims_protocol": lambda ana: factories.ProtocolFactory(),
    "lims_veterinarian": lambda ana: factories.VeterinarianFactory(),
    "lims_user": lambda ana: factories.VeterinarianFactory(),
    "lims_pathologist": lambda ana: factories.PathologistFactory(),
    "lims_report": make_reports,
    "lims_reporthistory": make_reports,
    "lims_delivery": make_reports,
    "lims_phrase": make_phrases,
    "lims_staffmember": lambda ana: factories.StaffMemberFactory(),
    "lims_documentaccess": make_accesses,
    "lims_agedhistory": make_aged,
    "lims_numberseries": make_series,
    "lims_additionalrequest": make_requests,
    "lims_receptionbatch": make_batches,
    "lims_labelsheet": lambda ana: LabelSheet.objects.create(protocol_ids=[1], made_by=ana),
    "lims_holiday": make_holidays,
    "actors_job": make_jobs,
}


def statements(admin, page: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert admin.get(reverse(f"admin:{page}_changelist")).status_code == 200
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("page", LISTS)
def test_statements_do_not_grow_with_rows(admin, ana, page):
    for _ in range(2):
        LISTS[page](ana)
    statements(admin, page)  # what the process remembers from then on is asked here
    few = statements(admin, page)
    for _ in range(12):
        LISTS[page](ana)
    many = statements(admin, page)
    assert len(many) == len(few), many


def test_lines_of_a_draft_cost_no_statement_each(admin, ana, bruno, buckets):
    short = factories.draft_order(ana, bruno.veterinarian, lines=2)
    long = factories.draft_order(ana, bruno.veterinarian, lines=40)
    counts = []
    # What the process remembers from then on is asked here.
    admin.get(reverse("admin:lims_workorder_change", args=(short.pk,)))
    for order in (short, long):
        with CaptureQueriesContext(connection) as asked:
            admin.get(reverse("admin:lims_workorder_change", args=(order.pk,)))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_order_is_found_by_number_and_vet(admin, ana, bruno):
    mine = factories.issued_order(ana, bruno.veterinarian)
    other = factories.issued_order(ana, factories.VeterinarianFactory(last_names="Quiroga"))
    page = reverse("admin:lims_workorder_changelist")
    assert list(admin.get(page, {"q": mine.number}).context["cl"].result_list) == [mine]
    assert list(admin.get(page, {"q": "quiroga"}).context["cl"].result_list) == [other]
    assert list(admin.get(page, {"payment": "paid"}).context["cl"].result_list) == []


def test_drafts_of_vets_are_not_listed(admin, bruno):
    factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="draft", number=None)
    seen = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    assert list(admin.get(reverse("admin:lims_protocol_changelist")).context["cl"].result_list) == [seen]


@pytest.mark.parametrize(
    "page",
    [
        "lims_additionalrequest",
        "lims_delivery",
        "lims_documentaccess",
        "lims_labelsheet",
        "lims_numberseries",
        "lims_protocol",
        "lims_receptionbatch",
        "lims_report",
        "lims_reporthistory",
        "lims_workorderhistory",
    ],
)
def test_what_the_program_writes_is_read_only(admin, ana, page):
    LISTS[page](ana)
    rows = admin.get(reverse(f"admin:{page}_changelist")).context["cl"].result_list
    for end in ("change", "delete"):
        address = reverse(f"admin:{page}_{end}", args=(rows[0].pk,))
        assert admin.post(address, {"post": "yes"}).status_code == 403
    assert admin.post(reverse(f"admin:{page}_add"), {}).status_code == 403


def test_history_of_one_order_tells_old_and_new_values(admin, ana, bruno):
    from lims.services.work_orders.work_orders import change_work_order

    order = factories.issued_order(ana, bruno.veterinarian)
    factories.issued_order(ana, bruno.veterinarian)
    change_work_order(ana, order.pk, order.lock_version, billing_name="R&D <b>")
    found = admin.get(reverse("admin:lims_workorderhistory_changelist"), {"work_order__id__exact": order.pk})
    assert {entry.work_order_id for entry in found.context["cl"].result_list} == {order.pk}
    assert "R&amp;D &lt;b&gt;" in found.content.decode()
