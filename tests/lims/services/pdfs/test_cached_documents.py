"""warm-documents and invalidate-documents: administrators have PDFs made, or made anew, one job each."""

import pytest

import pdfcache.cache
from actors.models import Job
from lims.errors import NotAllowed
from lims.models import WorkOrder
from lims.services.operations import operations
from lims.services.operations.operations import Selection
from tests.factories import draft_order, issued_order
from tests.operating import reasons, start, work
from tests.running import run_jobs

KIND = "work-order"
pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(ana, bruno) -> list[WorkOrder]:
    made = [issued_order(ana, bruno.veterinarian) for _ in range(3)]
    Job.objects.all().delete()
    return made


def test_warmed_each_is_a_hit(alma, orders, buckets):
    work(start(alma, orders, "warm-documents"))
    run_jobs("warm_pdf")
    assert all(pdfcache.cache.lookup(KIND, order.pk).hit for order in orders)


def test_invalidated_each_is_a_miss(alma, orders, buckets):
    for order in orders:
        pdfcache.cache.fill(KIND, order.pk)
    work(start(alma, orders[:2], "invalidate-documents"))
    run_jobs("invalidate_pdfs")
    assert [pdfcache.cache.lookup(KIND, order.pk).hit for order in orders] == [False, False, True]


@pytest.mark.parametrize(
    ("action", "actor"), [("warm-documents", "warm_pdf"), ("invalidate-documents", "invalidate_pdfs")]
)
def test_everything_means_all_but_drafts_which_are_named(alma, ana, bruno, orders, action, actor):
    draft = draft_order(ana, bruno.veterinarian)
    operation = work(operations.start(alma, action, Selection(rows=WorkOrder.objects.all())))
    assert set(reasons(operation)) == {draft.pk}
    asked = Job.objects.filter(actor=actor).values_list("args", flat=True)
    assert sorted(asked) == [[KIND, order.pk] for order in orders]


@pytest.mark.parametrize("action", ["warm-documents", "invalidate-documents"])
def test_nobody_but_an_administrator_may(ana, orders, action):
    with pytest.raises(NotAllowed):
        start(ana, orders, action)
