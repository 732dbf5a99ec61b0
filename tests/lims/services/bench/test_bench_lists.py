"""The bench's work lists: everything is in one of them, and goes from each to the next until it is ready."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lims.models import Cassette, CytologySample, Protocol, RequestKind, Slide
from lims.models.processing import SlideQuality, Stage
from lims.services.bench import cassettes, ready, requests, slides, worklists
from lims.services.bench.worklists import Step
from tests import factories

pytestmark = pytest.mark.django_db


def listed(user) -> dict[Step, int]:
    """Return how many wait where, as the lists say and as the counts say."""
    counts = worklists.counts(user)
    assert counts == {step: worklists.waiting(user, step).count() for step in Step}
    return {step: count for step, count in counts.items() if count}


def pks(model) -> list[int]:
    return list(model.objects.values_list("pk", flat=True))


def test_tissue_goes_from_list_to_list(ana, paula):
    protocol = factories.ProtocolFactory(status="received")
    assert listed(ana) == {Step.BEGIN: 1}
    assert ready.begin_usual(ana, [protocol.pk]) == 1
    for stage in Stage:
        assert listed(ana) == {Step(stage.value): 1}
        cassettes.pass_stage(ana, pks(Cassette), stage)
    assert listed(ana) == {Step.CUT: 1}
    slides.cut(ana, pks(Cassette))
    assert listed(ana) == {Step.MOUNT: 1}
    slides.mount(ana, pks(Slide))
    assert listed(ana) == {Step.STAIN: 1}
    slides.stain(ana, pks(Slide))
    assert listed(ana) == {Step.JUDGE: 1}
    slides.judge_quality(ana, pks(Slide), SlideQuality.GOOD)
    assert listed(ana) == {Step.COMPLETE: 1}
    ready.make_ready(ana, protocol.pk)
    assert listed(ana) == {}
    wish = requests.Wish(RequestKind.STAIN, stain="PAS")
    made = requests.request_more(paula, protocol.pk, wish)
    assert listed(ana) == {Step.REQUESTS: 1}
    requests.finish_requests(ana, [made.pk])
    assert listed(ana) == {Step.COMPLETE: 1}


def test_cells_go_from_list_to_list(ana):
    protocol = factories.ProtocolFactory(status="received", kind="cytology")
    CytologySample.objects.create(protocol=protocol, slides_received=2)
    assert ready.begin_usual(ana, [protocol.pk]) == 2
    assert listed(ana) == {Step.STAIN: 2}
    slides.stain(ana, pks(Slide))
    assert listed(ana) == {Step.JUDGE: 2}
    slides.judge_quality(ana, pks(Slide), SlideQuality.GOOD)
    assert listed(ana) == {Step.COMPLETE: 1}


def test_what_is_not_on_the_bench_is_in_no_list(ana):
    for status in ("draft", "submitted", "ready", "reported", "rejected"):
        factories.ProtocolFactory(status=status)
        factories.ready_protocol(status=status)
    assert listed(ana) == {}


def test_vets_see_nothing(bruno):
    for status in ("received", "processing"):
        factories.ready_protocol(bruno.veterinarian, status=status)
    rows = {step: worklists.waiting(bruno, step) for step in Step}
    assert not rows[Step.REQUESTS].exists()


def test_each_is_expected_as_its_protocol_is(ana):
    day = timezone.localdate() + timedelta(days=3)
    factories.ProtocolFactory(status="received", expected_ready_on=day)
    without = factories.ProtocolFactory(status="received", expected_ready_on=None)
    rows = {row.pk: row.due for row in worklists.waiting(ana, Step.BEGIN)}
    assert rows.pop(without.pk) == timezone.localdate(without.received_at)
    assert list(rows.values()) == [day]


def test_what_is_usual_is_made_once_with_few_statements(ana, django_assert_max_num_queries):
    made = [
        factories.ProtocolFactory(status="received", kind=kind) for kind in ("histopathology", "cytology") * 4
    ]
    with django_assert_max_num_queries(20):
        assert ready.begin_usual(ana, [one.pk for one in made]) == 8
    assert ready.begin_usual(ana, [one.pk for one in made]) == 0
    assert set(Protocol.objects.values_list("status", flat=True)) == {"processing"}


def test_all_that_are_chosen_are_ready_or_none(ana):
    complete = [factories.ready_protocol(status="processing") for _number in range(3)]
    assert ready.make_all_ready(ana, [one.pk for one in complete]) == 3
    assert ready.make_all_ready(ana, [one.pk for one in complete]) == 0
