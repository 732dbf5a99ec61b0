"""warm-label-sheets and invalidate-label-sheets: like those of work orders, and what has no label left."""

import pytest

import pdfcache.cache
from actors.models import Job
from lims.errors import NotAllowed
from lims.models import Cassette, LabelSheet, Slide
from lims.services.operations import registry as actions
from lims.services.operations.selections import Selection, rows
from lims.services.pdfs.bulk import PdfAction, warming
from pdfcache import registry
from tests.factories import ProtocolFactory
from tests.operating import reasons, start, work
from tests.running import run_jobs

KIND = "label-sheet"
pytestmark = pytest.mark.django_db


def sheet(by, **chosen) -> LabelSheet:
    return LabelSheet.objects.create(made_by=by, **chosen)


@pytest.fixture
def sheets(ana, bruno) -> list[LabelSheet]:
    """One of a protocol, one of a cassette, one of a slide."""
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    cassette = Cassette.objects.create(protocol=protocol, code="HP 26/900-C1")
    slide = Slide.objects.create(protocol=protocol, code="HP 26/900-S1")
    chosen = [("protocol_ids", protocol), ("cassette_ids", cassette), ("slide_ids", slide)]
    return [sheet(ana, **{name: [9_999_999, thing.pk]}) for name, thing in chosen]


@pytest.fixture
def gone(ana) -> LabelSheet:
    return sheet(ana, protocol_ids=[9_999_999], slide_ids=[9_999_998])


def test_warmed_each_is_a_hit(alma, sheets, buckets):
    assert not reasons(work(start(alma, sheets, "warm-label-sheets")))
    run_jobs("warm_pdf")
    assert all(pdfcache.cache.lookup(KIND, one.pk).hit for one in sheets)


def test_invalidated_each_is_a_miss(alma, sheets, buckets):
    for one in sheets:
        pdfcache.cache.fill(KIND, one.pk)
    work(start(alma, sheets[:2], "invalidate-label-sheets"))
    run_jobs("invalidate_pdfs")
    assert [pdfcache.cache.lookup(KIND, one.pk).hit for one in sheets] == [False, False, True]


def test_a_sheet_of_which_nothing_is_left_is_refused_before_and_then(alma, sheets, gone):
    action = actions.get("warm-label-sheets")
    chosen = rows(alma, action, Selection(rows=LabelSheet.objects.all()))
    foreseen = action.preview(alma, chosen)
    assert foreseen.allowed == len(sheets)
    assert [(one.count, one.examples) for one in foreseen.refused] == [(1, [str(gone)])]
    operation = work(start(alma, [*sheets, gone], "warm-label-sheets"))
    assert reasons(operation) == {gone.pk: "No queda nada de aquello para lo que eran estas etiquetas."}
    asked = Job.objects.filter(actor="warm_pdf").values_list("args", flat=True)
    assert sorted(asked) == [[KIND, one.pk] for one in sheets]


def test_what_is_kept_of_a_sheet_without_labels_can_be_deleted(alma, gone):
    assert not reasons(work(start(alma, [gone], "invalidate-label-sheets")))
    assert Job.objects.get(actor="invalidate_pdfs").args == [KIND, gone.pk]


@pytest.mark.parametrize("action", ["warm-label-sheets", "invalidate-label-sheets"])
def test_nobody_but_an_administrator_may(ana, sheets, action):
    with pytest.raises(NotAllowed):
        start(ana, sheets, action)


def test_every_cached_kind_can_be_warmed_and_deleted(alma):
    offered = [each for each in actions.every() if isinstance(each, PdfAction) and each.allows(alma)]
    assert sorted(warming()) == registry.kinds()
    assert sorted(action.kind for action in offered) == sorted(registry.kinds() * 2)
