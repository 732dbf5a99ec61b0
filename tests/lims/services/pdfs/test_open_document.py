"""open_document: hit, miss, joined, refused, and what happens while a server is away."""

from datetime import timedelta
from urllib.parse import urlsplit

import dramatiq
import pytest
import urllib3
from django.test import override_settings

import pdfcache.cache
from actors.models import Job
from lims.errors import Busy, NotAllowed, NotVisible, TooManyRenders
from lims.models import DocumentAccess
from lims.services.pdfs import opening
from lims.services.pdfs.opening import Inline, Ready, Waiting, open_document
from tests import proxy
from tests.factories import draft_order, issued_order

KIND = "work-order"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


@pytest.fixture
def order(ana, bruno):
    order = issued_order(ana, bruno.veterinarian)
    Job.objects.all().delete()
    pdfcache.cache.invalidate(KIND, order.pk)
    return order


@pytest.fixture
def store_away():
    with override_settings(S3_ENDPOINT_URL=f"http://127.0.0.1:{proxy.closed_port()}"):
        yield


def accesses() -> list[tuple]:
    return list(DocumentAccess.objects.values_list("kind", "document_pk", "user__email", "outcome"))


def test_miss_enqueues_one_render_under_the_key(bruno, order):
    opened = open_document(bruno, KIND, order.pk)
    job = Job.objects.get()
    assert opened == Waiting(job.pk)
    assert (job.actor, job.args, job.requested_by) == ("render_pdf", [KIND, order.pk], bruno)
    assert job.ref == pdfcache.cache.lookup(KIND, order.pk).key
    assert accesses() == []


def test_hit_does_not_enqueue_and_is_logged(bruno, order):
    pdfcache.cache.fill(KIND, order.pk)
    opened = open_document(bruno, KIND, order.pk)
    assert isinstance(opened, Ready)
    answer = urllib3.request("GET", opened.url)
    assert (answer.status, answer.data[:5]) == (200, b"%PDF-")
    assert not Job.objects.exists()
    assert accesses() == [(KIND, order.pk, bruno.email, "hit")]


def test_everybody_joins_the_render_in_work(ana, bruno, order):
    assert open_document(bruno, KIND, order.pk) == open_document(ana, KIND, order.pk)
    assert Job.objects.count() == 1


def test_hit_that_expires_soon_is_refilled_behind_it(bruno, order):
    pdfcache.cache.fill(KIND, order.pk)
    with override_settings(PDF_CACHE_DAYS=1):
        assert isinstance(open_document(bruno, KIND, order.pk), Ready)
    assert Job.objects.get().actor == "warm_pdf"


@pytest.mark.parametrize("kind", [KIND, "report", "no such kind"])
def test_stranger_sees_nothing_and_causes_nothing(carla, order, kind):
    with pytest.raises(NotVisible):
        open_document(carla, kind, order.pk)
    assert not Job.objects.exists()
    assert accesses() == []


def test_a_vet_does_not_see_a_draft_but_the_laboratory_does(ana, bruno):
    draft = draft_order(ana, bruno.veterinarian)
    with pytest.raises(NotVisible):
        open_document(bruno, KIND, draft.pk)
    assert isinstance(open_document(ana, KIND, draft.pk), Waiting)


def test_after_three_rounds_it_is_rendered_in_the_request(bruno, order):
    opened = open_document(bruno, KIND, order.pk, rounds=3)
    assert isinstance(opened, Inline)
    assert (opened.content[:5], opened.filename) == (b"%PDF-", f"{order.number}.pdf")
    assert not Job.objects.exists()
    assert accesses() == [(KIND, order.pk, bruno.email, "inline")]


def test_store_away_the_vet_still_gets_the_document(bruno, order, store_away):
    assert isinstance(open_document(bruno, KIND, order.pk), Inline)


@pytest.mark.django_db(transaction=True)
def test_broker_away_the_vet_still_gets_the_document(bruno, order, monkeypatch):
    from actors.errors import BrokerAway

    def away(message, **options):
        raise BrokerAway("away")

    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", away)
    for _opener in range(2):
        assert isinstance(open_document(bruno, KIND, order.pk), Inline)
    assert Job.objects.get().woken_at is None


def test_inline_renders_are_bounded(bruno, order, store_away):
    for _ in range(opening.INLINE_RENDERS_MAX):
        assert opening._inline_renders.acquire(blocking=False)
    try:
        with pytest.raises(Busy):
            open_document(bruno, KIND, order.pk)
    finally:
        for _ in range(opening.INLINE_RENDERS_MAX):
            opening._inline_renders.release()
    assert isinstance(open_document(bruno, KIND, order.pk), Inline)


def test_one_render_too_many_within_a_minute_is_refused_and_not_kept(ana, bruno, order, monkeypatch):
    monkeypatch.setattr(opening, "RENDERS_PER_MINUTE", 1)
    another = issued_order(ana, bruno.veterinarian)
    open_document(bruno, KIND, order.pk)
    with pytest.raises(TooManyRenders):
        open_document(bruno, KIND, another.pk)
    assert Job.objects.filter(actor="render_pdf").count() == 1
    assert isinstance(open_document(bruno, KIND, order.pk), Waiting), "joining is free"
    Job.objects.update(armed_at=Job.objects.get(actor="render_pdf").armed_at - timedelta(minutes=2))
    assert isinstance(open_document(bruno, KIND, another.pk), Waiting)


def test_too_many_waiting_renders_are_refused(bruno, order, monkeypatch):
    monkeypatch.setattr(opening, "PENDING_RENDERS_MAX", 0)
    with pytest.raises(Busy):
        open_document(bruno, KIND, order.pk)
    assert not Job.objects.exists()


def test_status_is_for_who_may_see_the_document_and_of_its_job_only(ana, bruno, carla, order):
    job_id = open_document(bruno, KIND, order.pk).job_id
    assert opening.render_job(bruno, KIND, order.pk, job_id).state == "pending"
    another = issued_order(ana, bruno.veterinarian)
    for user, pk, wanted in [
        (carla, order.pk, job_id),
        (bruno, another.pk, job_id),
        (bruno, order.pk, job_id + 10**6),
    ]:
        with pytest.raises(NotVisible):
            opening.render_job(user, KIND, pk, wanted)


def test_poll_never_enqueues_and_costs_two_statements(bruno, order, django_assert_num_queries):
    job_id = open_document(bruno, KIND, order.pk).job_id
    Job.objects.update(state="done")
    with django_assert_num_queries(2):
        opening.render_job(bruno, KIND, order.pk, job_id)
    assert Job.objects.get().state == "done"


def test_retry_arms_a_failed_render_at_once(bruno, order):
    job_id = open_document(bruno, KIND, order.pk).job_id
    Job.objects.update(state="failed", finished_at=Job.objects.get().created_at)
    opening.retry_render(bruno, KIND, order.pk, job_id)
    assert Job.objects.get().state == "pending"


def test_only_admins_warm_and_invalidate(ana, alma, order):
    for verb in (opening.warm_document, opening.invalidate_documents):
        with pytest.raises(NotAllowed):
            verb(ana, KIND, order.pk)
        verb(alma, KIND, order.pk)
    assert set(Job.objects.values_list("actor", flat=True)) == {"warm_pdf", "invalidate_pdfs"}


@pytest.mark.parametrize("lines", [10, 2_000])
def test_a_hit_is_three_statements_and_signs_the_public_endpoint(
    ana, bruno, lines, django_assert_num_queries
):
    order = issued_order(ana, bruno.veterinarian, lines)
    pdfcache.cache.fill(KIND, order.pk)
    with django_assert_num_queries(3), override_settings(S3_PUBLIC_ENDPOINT_URL="https://pdf.lab.test"):
        opened = open_document(bruno, KIND, order.pk)
    assert urlsplit(opened.url).hostname == "pdf.lab.test"
