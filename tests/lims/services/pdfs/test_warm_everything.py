"""Everything made: an operation for each kind that has something to make, once per form, all or none."""

import pytest

import pdfcache.cache
from lims.errors import Incomplete, NotAllowed
from lims.models import LabelSheet, Operation
from lims.services.operations import operations
from lims.services.pdfs.warming import foresee_everything, warm_everything
from tests.factories import ProtocolFactory, draft_order, issued_order
from tests.operating import work
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(ana, bruno) -> LabelSheet:
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    return LabelSheet.objects.create(made_by=ana, protocol_ids=[protocol.pk])


@pytest.fixture
def order(ana, bruno):
    return issued_order(ana, bruno.veterinarian)


def test_papers_of_every_kind_are_in_the_store_afterwards(alma, buckets, order, sheet):
    for kind, pk in (("work-order", order.pk), ("label-sheet", sheet.pk)):
        pdfcache.cache.invalidate(kind, pk)
    begun = warm_everything(alma, "k")
    assert {one.action for one in begun} == {"warm-documents", "warm-label-sheets"}
    for operation in begun:
        work(operation)
    run_jobs("warm_pdf")
    assert pdfcache.cache.lookup("work-order", order.pk).hit
    assert pdfcache.cache.lookup("label-sheet", sheet.pk).hit


def test_one_form_counts_once_also_for_what_came_since(alma, ana, bruno, order):
    begun = warm_everything(alma, "k")
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    LabelSheet.objects.create(made_by=ana, protocol_ids=[protocol.pk])
    assert warm_everything(alma, "k") == begun
    assert len(warm_everything(alma, "another")) == 2
    assert Operation.objects.count() == 3


def test_a_kind_without_anything_to_make_begins_nothing(alma, ana, bruno, sheet):
    draft_order(ana, bruno.veterinarian)
    assert [one.action for one in warm_everything(alma, "k")] == ["warm-label-sheets"]


def test_nothing_to_make_at_all_is_a_sentence(alma):
    with pytest.raises(Incomplete):
        warm_everything(alma, "k")


def test_it_is_all_or_none(alma, order, sheet, monkeypatch):
    def start(by, name, *args):
        if name == "warm-label-sheets":
            raise Incomplete("gone meanwhile")
        return started(by, name, *args)

    started = operations.start
    monkeypatch.setattr(operations, "start", start)
    with pytest.raises(Incomplete):
        warm_everything(alma, "k")
    assert not Operation.objects.exists()


def test_a_damaged_key_is_refused(alma, order):
    with pytest.raises(Incomplete):
        warm_everything(alma, "k" * 65)


def test_nobody_but_an_administrator_may(ana, order):
    for ask in (foresee_everything, warm_everything):
        with pytest.raises(NotAllowed):
            ask(ana)
    assert not Operation.objects.exists()
