"""Who changed what: written by the database, in whoever's name, rewritten by nobody, secrets left out."""

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from actors import registry, running
from actors.acting import acting
from actors.models import Job
from lims.models import Protocol, Report, User, Veterinarian, WorkOrder
from lims.models.history import LEFT_OUT, changes_of
from lims.services.work_orders.work_orders import cancel_work_order, change_work_order
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = ("password", "last_login", "token", "code", "snapshot", "archive")


def kept(thing) -> list[tuple]:
    rows = thing.changes.order_by("pgh_id").values_list("pgh_label", "pgh_context")
    return [(label, (said or {}).get("user")) for label, said in rows]


def test_each_change_says_who_and_what(ana, bruno):
    with acting(ana.pk):
        protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    Protocol.objects.filter(pk=protocol.pk).update(animal="Michi")
    assert kept(protocol) == [("insert", ana.pk), ("update", ana.pk)]
    assert list(protocol.changes.order_by("pgh_id").values_list("animal", flat=True)) == ["Firulais", "Michi"]


def test_rows_of_one_statement_are_kept_each(ana, bruno):
    protocols = factories.ProtocolFactory.create_batch(3, veterinarian=bruno.veterinarian)
    with acting(ana.pk), CaptureQueriesContext(connection) as captured:
        Protocol.objects.update(species="Felino")
    assert len(captured) == 1
    assert all(kept(each)[-1] == ("update", ana.pk) for each in protocols)


def test_a_save_without_news_keeps_nothing(bruno):
    veterinarian = bruno.veterinarian
    Veterinarian.objects.filter(pk=veterinarian.pk).update(lock_version=7)
    User.objects.filter(pk=bruno.pk).update(password="another", last_login="2026-01-01T00:00Z")
    assert (kept(veterinarian), kept(bruno)) == ([("insert", None)], [("insert", None)])


def test_a_draft_of_a_vet_is_its_own_affair(bruno):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="draft", number=None)
    Protocol.objects.filter(pk=protocol.pk).update(animal="M")
    assert kept(protocol) == []
    Protocol.objects.filter(pk=protocol.pk).update(status="submitted")
    assert kept(protocol) == [("update", None)]


def test_what_was_removed_stays_known(ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    line = order.lines.get()
    change_work_order(ana, order.pk, order.lock_version, lines=[])
    removed = changes_of(type(line)).objects.get(pgh_label="delete")
    assert (removed.pgh_obj_id, removed.service, removed.work_order_id) == (line.pk, "HP", order.pk)


@pytest.mark.parametrize("statement", ["UPDATE {} SET animal = 'x'", "DELETE FROM {}"])
def test_nobody_rewrites_what_was_kept(bruno, statement):
    factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    table = changes_of(Protocol)._meta.db_table
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(statement.format(table))
    assert changes_of(Protocol).objects.get().animal == "Firulais"


def test_no_secret_and_no_text_of_a_report_is_kept():
    for model in LEFT_OUT:
        names = [field.name for field in changes_of(model)._meta.local_fields]
        found = [name for name in names if any(secret in name for secret in SECRET)]
        assert found in ([], ["code"], ["temporary_code"]), model
    assert not {"macroscopic", "microscopic"} & {
        field.name for field in changes_of(Report)._meta.local_fields
    }


def test_a_post_acts_in_its_users_name(ana, bruno, client):
    order = factories.issued_order(ana, bruno.veterinarian)
    client.force_login(ana)
    client.post(f"/work-orders/{order.pk}/cancel/", {"reason": "Duplicada"})
    assert kept(order)[-1] == ("update", ana.pk)


def test_a_job_acts_in_its_requesters_name(ana, bruno, monkeypatch):
    order = factories.issued_order(ana, bruno.veterinarian)
    job = Job.objects.get(actor="warm_pdf", requested_by=ana)
    cancelling = replace(registry.get(job.actor), run=lambda _: cancel_work_order(ana, order.pk, "Duplicada"))
    monkeypatch.setattr(registry, "get", lambda name: cancelling)
    running.perform(job.actor, job.pk)
    assert kept(order)[-1] == ("update", ana.pk)
    assert kept(order)[0] == ("insert", None)


def test_what_is_not_tracked_costs_nothing(ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    said = []
    with acting(ana.pk), connection.execute_wrapper(_heard(said)):
        WorkOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
        Job.objects.update(error_code="x")
        WorkOrder.objects.filter(pk=order.pk).update(observations="Nota")
    assert ["set_config" in sql for sql in said] == [False, False, True]


def _heard(said: list[str]):
    def hear(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    return hear
