"""The walk through a real PgBouncer that lends two connections between transactions to more clients.

A smaller test would not do: what a pooler loses shows only where connections are really shared.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from actors.acting import acting
from actors.models import Job
from lims.models import DocumentAccess, Operation, Protocol, Report
from lims.models.history import changes_of
from lims.services.pdfs.opening import Ready, Waiting, open_document
from lims.services.reports.finalizing import finalize_report
from lims.views.kit.listing import CSV_CHUNK
from tests import factories
from tests.operating import start, submitted
from tests.pgbouncer import pooled
from tests.running import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]
CONNECTIONS = 2
CLIENTS = 6
KIND = "work-order"


@pytest.fixture
def pooler(settings) -> Iterator[None]:
    """Django's own pool has more connections to the pooler than that has to PostgreSQL."""
    settings.DATABASE_POOLER = "transaction"
    direct = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    with pooled(CONNECTIONS) as port:
        _go_to(HOST="127.0.0.1", PORT=port, DISABLE_SERVER_SIDE_CURSORS=True)
        yield
        _go_to(**direct, DISABLE_SERVER_SIDE_CURSORS=False)


def _go_to(**place) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(place)


def together(act, things) -> list:
    """Return what `act` returns of each thing, from a thread each, all at once."""

    def closing(thing):
        try:
            return act(thing)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(closing, things))


def test_an_order_opens_by_miss_and_by_hit(pooler, buckets, ana, bruno):
    orders = [factories.issued_order(ana, bruno.veterinarian, 3) for _ in range(CLIENTS)]
    Job.objects.all().delete()
    missed = together(lambda order: open_document(bruno, KIND, order.pk), orders)
    assert all(isinstance(answer, Waiting) for answer in missed)
    assert {job.state for job in run_jobs("render_pdf")} == {"done"}
    for _ in range(3):
        hit = together(lambda order: open_document(bruno, KIND, order.pk), orders)
        assert all(isinstance(answer, Ready) for answer in hit)
    assert DocumentAccess.objects.filter(outcome="hit").count() == 3 * CLIENTS


def test_reports_are_finalized_at_once_and_issued(pooler, buckets, paula):
    drafts = [factories.draft_report(paula.staff_member.pathologist) for _ in range(CLIENTS)]
    together(lambda draft: finalize_report(paula, draft.pk), drafts)
    assert {job.state for job in run_jobs("publish_report")} == {"done"}
    assert set(Report.objects.values_list("status", flat=True)) == {"issued"}


def test_samples_are_received_in_bulk(pooler, ana, bruno):
    operation = start(ana, submitted(40, [bruno.veterinarian]))
    run_jobs("expand_operation")
    while run_jobs("run_lane"):
        pass
    assert Operation.objects.get().state == "done"
    assert operation.items.filter(state="done").count() == 40
    assert Protocol.objects.filter(status="received").values("number").distinct().count() == 40


def test_a_change_bears_its_own_writers_name(pooler, ana, alma, bruno):
    protocols = submitted(CLIENTS * 2, [bruno.veterinarian])
    users = [ana, alma, None] * 4

    def rename(pair) -> None:
        protocol, user = pair
        with acting(user and user.pk):
            Protocol.objects.filter(pk=protocol.pk).update(animal="Otro")

    together(rename, list(zip(protocols, users, strict=True)))
    for protocol, user in zip(protocols, users, strict=True):
        change = changes_of(Protocol).objects.filter(pgh_obj=protocol.pk, pgh_label="update").get()
        context = change.pgh_context or {}
        assert context.get("user") == (user and user.pk)


def test_a_long_list_is_read_without_a_cursor_of_the_server(pooler, bruno):
    submitted(CSV_CHUNK + 1, [bruno.veterinarian])
    read = together(lambda _: sum(1 for _ in Protocol.objects.iterator(CSV_CHUNK)), range(CLIENTS))
    assert set(read) == {CSV_CHUNK + 1}
