"""Bulk actions of the change lists: asked first, all that the filters find, one operation."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.models import Job
from lims.models import LabelSheet, Operation, Protocol
from tests import factories
from tests.lims.views.things import failed_delivery
from tests.operating import submitted, work

PROTOCOLS = "/admin/lims/protocol/"

pytestmark = pytest.mark.django_db


def run(admin, url: str, action: str, pks: list[int], across: bool = False):
    data = {"action": action, "_selected_action": pks, "select_across": "1" if across else "0", "index": "0"}
    return admin.post(url, data)


def confirm(admin, url: str, page: str):
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        fields.setdefault(name, []).append(value)
    return admin.post(url, fields)


def job(state: str) -> Job:
    now = timezone.now()
    times = {"run_after": now, "armed_at": now, "finished_at": now}
    return Job.objects.create(actor="warm_pdf", ref=state, args=["work-order", 1], state=state, **times)


def test_all_across_pages_means_what_the_filters_find(admin, alma, bruno, carla):
    wanted = submitted(120, [bruno.veterinarian], kind="cytology")
    submitted(3, [carla.veterinarian], kind="histopathology")
    url = f"{PROTOCOLS}?kind__exact=cytology"
    answer = run(admin, url, "receive-protocols", [wanted[-1].pk], across=True)
    assert answer.context["foreseen"].allowed == 120 and not Operation.objects.exists()
    begun = confirm(admin, url, answer.content.decode())
    operation = Operation.objects.get()
    assert begun.url == reverse("operation", args=(operation.pk,))
    assert (operation.total, operation.requested_by) == (120, alma)
    work(operation)
    assert set(Protocol.objects.filter(status="received")) == set(wanted)


def test_ticked_rows_alone_and_twice_one_operation(admin, bruno):
    protocols = submitted(4, [bruno.veterinarian])
    page = run(admin, PROTOCOLS, "receive-protocols", [one.pk for one in protocols[:2]]).content.decode()
    answers = [confirm(admin, PROTOCOLS, page) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Operation.objects.get().total == 2


def test_nothing_ticked_is_a_message_and_no_operation(admin, bruno):
    submitted(1, [bruno.veterinarian])
    run(admin, PROTOCOLS, "receive-protocols", [])
    run(admin, PROTOCOLS, "receive-protocols", [9_999_999])
    assert not Operation.objects.exists()


def test_a_damaged_key_leads_back_with_a_sentence(admin, bruno):
    (protocol,) = submitted(1, [bruno.veterinarian])
    data = {"action": "receive-protocols", "_selected_action": protocol.pk, "key": "k" * 99}
    answer = admin.post(PROTOCOLS, data, follow=True)
    assert answer.redirect_chain[-1][0] == PROTOCOLS and not Operation.objects.exists()


@pytest.mark.parametrize("action", ["issue-and-send-work-orders", "warm-documents", "invalidate-documents"])
def test_work_orders(admin, buckets, ana, bruno, action):
    draft, issued = (
        make(ana, bruno.veterinarian) for make in (factories.draft_order, factories.issued_order)
    )
    url = reverse("admin:lims_workorder_changelist")
    answer = run(admin, url, action, [draft.pk, issued.pk])
    assert answer.context["foreseen"].allowed >= 1
    confirm(admin, url, answer.content.decode())
    operation = Operation.objects.get()
    assert (operation.action, operation.total) == (action, 2)


def test_messages_are_sent_again(admin, bruno, paula):
    message = failed_delivery(factories.archived_report(paula.staff_member.pathologist), bruno)
    url = reverse("admin:lims_delivery_changelist")
    confirm(admin, url, run(admin, url, "resend-deliveries", [message.pk]).content.decode())
    work(Operation.objects.get())
    assert type(message).objects.filter(kind="report_issued").count() == 2


def test_failed_jobs_are_tried_again_and_others_left_alone(admin, alma):
    jobs = [job(state) for state in ("failed", "done")]
    url = reverse("admin:actors_job_changelist")
    answer = run(admin, url, "retry-jobs", [one.pk for one in jobs])
    confirm(admin, url, answer.content.decode())
    assert Operation.objects.get().total == 1
    work(Operation.objects.get())
    states = dict(Job.objects.filter(actor="warm_pdf").values_list("ref", "state"))
    assert states == {"failed": "pending", "done": "done"}


def test_jobs_of_which_none_failed_leave_nothing_to_do(admin):
    answer = run(admin, reverse("admin:actors_job_changelist"), "retry-jobs", [job("done").pk])
    assert "No hay nada que hacer" in answer.content.decode()


def test_every_kind_and_everything_are_made_from_the_cache_page(admin, buckets, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    factories.draft_order(ana, bruno.veterinarian)
    LabelSheet.objects.create(made_by=ana, protocol_ids=[order.lines.first().protocol_id])
    page = admin.get(reverse("admin:documents")).content.decode()
    links = re.findall(r'href="(/operations/preview/[^"]+)"', page)
    foreseen = [admin.get(link.replace("&amp;", "&")).context["foreseen"].allowed for link in links]
    assert foreseen == [1, 1]
    url = reverse("admin:documents_warm")
    assert url in page
    asked = admin.get(url)
    assert "Un borrador no tiene un PDF guardado." in asked.content.decode()
    assert not Operation.objects.exists()
    answers = [confirm(admin, url, asked.content.decode()).url for _ in range(2)]
    assert answers == [reverse("operations")] * 2 and Operation.objects.count() == 2


def test_everything_of_one_kind_leads_to_its_operation_and_of_none_back(admin, ana, bruno):
    url = reverse("admin:documents_warm")
    assert admin.post(url, {"key": "k"}).url == reverse("admin:documents")
    assert 'type="submit" class="lamina-button"' not in admin.get(url).content.decode()
    factories.issued_order(ana, bruno.veterinarian)
    answer = admin.post(url, {"key": "k"})
    assert answer.url == reverse("operation", args=(Operation.objects.get().pk,))


def test_nobody_but_an_administrator_makes_everything(client, ana):
    client.force_login(ana)
    assert client.post(reverse("admin:documents_warm"), {"key": "k"}).status_code in (302, 403)
    assert not Operation.objects.exists()


@pytest.mark.parametrize("action", ["warm-label-sheets", "invalidate-label-sheets"])
def test_label_sheets(admin, ana, action):
    protocol = factories.ProtocolFactory()
    sheet = LabelSheet.objects.create(made_by=ana, protocol_ids=[protocol.pk])
    url = reverse("admin:lims_labelsheet_changelist")
    answer = run(admin, url, action, [sheet.pk])
    assert answer.context["foreseen"].allowed == 1
    confirm(admin, url, answer.content.decode())
    assert Operation.objects.get().action == action
