"""What administrators see of the cache, on a document's page and on its own, and do to it."""

import pytest
from django.urls import reverse

import pdfcache.cache
from actors.models import Job
from lims.models import User, WorkOrder
from lims.services.work_orders.work_orders import change_work_order
from tests import factories

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.fixture
def order(buckets, ana, bruno):
    order = factories.issued_order(ana, bruno.veterinarian)
    pdfcache.cache.invalidate("work-order", order.pk)
    Job.objects.all().delete()
    return order


@pytest.fixture
def store_away(settings):
    settings.S3_ENDPOINT_URL = NOBODY_LISTENS


def page(admin, order: WorkOrder):
    response = admin.get(reverse("admin:lims_workorder_change", args=(order.pk,)))
    assert response.status_code == 200
    return response


def button(admin, order: WorkOrder, name: str):
    return admin.post(reverse(f"admin:lims_workorder_{name}", args=(order.pk,)))


def counted(admin):
    kinds = admin.get(reverse("admin:documents")).context["kinds"]
    return {kind: stats for kind, _name, stats, _warm in kinds}["work-order"]


def test_page_tells_the_current_object_from_superseded_ones(admin, ana, order):
    pdfcache.cache.fill("work-order", order.pk)
    change_work_order(ana, order.pk, order.lock_version, observations="Otra")
    outdated = page(admin, order).context["cached"]
    assert [kept.is_current for kept in outdated.objects] == [False]
    current = pdfcache.cache.fill("work-order", order.pk)
    shown = page(admin, order)
    kept = shown.context["cached"].objects
    assert [one.is_current for one in kept] == [True, False]
    assert kept[0].digest in current.key and kept[0].size > 1_000
    assert kept[0].digest in shown.content.decode()
    assert reverse("work_order_pdf", args=(order.pk,)) in shown.content.decode()


def test_page_says_that_nothing_is_cached(admin, order):
    assert page(admin, order).context["cached"].objects == []


def test_store_away_is_a_sentence(admin, order, store_away):
    assert page(admin, order).context["cached"].is_away
    assert admin.get(reverse("admin:documents")).context["is_away"]


def test_looking_asks_for_no_work_and_counts_as_no_access(admin, order):
    from lims.models import DocumentAccess

    page(admin, order)
    assert not Job.objects.exists()
    assert not DocumentAccess.objects.exists()


def test_warm_and_invalidate_become_jobs(admin, alma, order):
    assert button(admin, order, "pdf_warm").url == reverse("admin:lims_workorder_change", args=(order.pk,))
    button(admin, order, "pdf_warm")
    button(admin, order, "pdf_invalidate")
    warm, invalidate = Job.objects.order_by("pk")
    assert (warm.actor, warm.args, warm.requested_by) == ("warm_pdf", ["work-order", order.pk], alma)
    assert (invalidate.actor, invalidate.args) == ("invalidate_pdfs", ["work-order", order.pk])


def test_unknown_order_is_404(admin):
    assert admin.post("/admin/lims/workorder/999/pdf/warm/").status_code == 404


def test_cache_page_counts_each_kind(admin, order):
    before = counted(admin)
    pdfcache.cache.fill("work-order", order.pk)
    after = counted(admin)
    assert (after.objects, after.size > before.size) == (before.objects + 1, True)


@pytest.mark.parametrize(("query", "args"), [("?kind=work-order", ["work-order", None]), ("", [None, None])])
def test_deleting_many_is_confirmed_first(admin, query, args):
    address = reverse("admin:documents_invalidate") + query
    assert admin.get(address).status_code == 200
    assert not Job.objects.exists()
    assert admin.post(address).url == reverse("admin:documents")
    assert [(job.actor, job.args) for job in Job.objects.all()] == [("invalidate_pdfs", args)]


def test_unknown_kind_is_404(admin):
    assert admin.post(reverse("admin:documents_invalidate") + "?kind=nothing").status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("language", "names"),
    [("es", ("Órdenes de trabajo", "Hojas de etiquetas")), ("en", ("Work orders", "Label sheets"))],
)
def test_kinds_have_the_names_that_users_know(admin, alma, order, language, names):
    User.objects.filter(pk=alma.pk).update(language=language)
    for page_name in ("documents", "documents_warm"):
        shown = admin.get(reverse(f"admin:{page_name}")).content.decode()
        assert all(f"<td>{name}</td>" in shown for name in names)
    deleting = admin.get(reverse("admin:documents_invalidate") + "?kind=label-sheet").content.decode()
    assert names[1] in deleting
    assert "label-sheet" not in deleting
