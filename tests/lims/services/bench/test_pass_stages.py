"""pass_stage: cassettes go through their stages in order, on record, several at once; twice is harmless."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import Cassette, CassetteStage, Protocol
from lims.models.processing import Stage
from lims.services.bench.cassettes import NewCassette, add_cassettes, pass_stage, take_back_stage
from lims.services.bench.slides import cut, mount, take_back
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pks(ana) -> list[int]:
    """Six cassettes of two samples in process."""
    protocols = [factories.ProtocolFactory(status="received") for _number in range(2)]
    return [made.pk for one in protocols for made in add_cassettes(ana, one.pk, [NewCassette()] * 3)]


def passed(stage: Stage) -> int:
    return CassetteStage.objects.filter(stage=stage).count()


def test_several_pass_each_stage_with_who_and_when(ana, pks):
    before = timezone.now()
    for stage in Stage:
        assert pass_stage(ana, pks, stage) == 6
    rows = CassetteStage.objects.all()
    assert rows.count() == 24
    assert {row.by for row in rows} == {ana}
    assert all(before <= row.at <= timezone.now() for row in rows)


def test_what_has_passed_keeps_who_and_when(ana, alma, pks):
    pass_stage(ana, pks[:2], Stage.CASSETTING)
    first = CassetteStage.objects.first()
    assert pass_stage(alma, pks, Stage.CASSETTING) == 4
    assert pass_stage(alma, pks, Stage.CASSETTING) == 0
    again = CassetteStage.objects.get(pk=first.pk)
    assert (again.by, again.at) == (ana, first.at)
    assert passed(Stage.CASSETTING) == 6


@pytest.mark.parametrize("stage", list(Stage)[1:])
def test_a_stage_before_cannot_be_left_out_by_any(ana, pks, stage):
    for earlier in list(Stage)[: list(Stage).index(stage) - 1]:
        pass_stage(ana, pks, earlier)
    code = Cassette.objects.get(pk=pks[0]).code
    with pytest.raises(InvalidTransition, match=code):
        pass_stage(ana, pks, stage)
    assert passed(stage) == 0


def test_one_that_is_behind_keeps_all_back(ana, pks):
    pass_stage(ana, pks[:5], Stage.CASSETTING)
    with pytest.raises(InvalidTransition):
        pass_stage(ana, pks, Stage.FIXATION)
    assert passed(Stage.FIXATION) == 0


def test_nothing_and_what_is_not_there_are_refused(ana, pks):
    with pytest.raises(Incomplete):
        pass_stage(ana, [], Stage.CASSETTING)
    with pytest.raises(NotVisible):
        pass_stage(ana, [*pks, 0], Stage.CASSETTING)
    assert passed(Stage.CASSETTING) == 0


@pytest.mark.parametrize("status", ["ready", "reported"])
def test_off_the_bench_nothing_changes(ana, pks, status):
    Protocol.objects.filter(cassettes=pks[0]).update(status=status)
    with pytest.raises(InvalidTransition):
        pass_stage(ana, pks, Stage.CASSETTING)
    assert passed(Stage.CASSETTING) == 0


def test_the_last_stage_is_taken_back_and_twice_is_harmless(ana, bruno, pks):
    for stage in list(Stage)[:2]:
        pass_stage(ana, pks, stage)
    with pytest.raises(InvalidTransition):
        take_back_stage(ana, pks[0], Stage.CASSETTING)
    with pytest.raises(NotAllowed):
        take_back_stage(bruno, pks[0], Stage.FIXATION)
    for _click in range(2):
        take_back_stage(ana, pks[0], Stage.FIXATION)
    assert (passed(Stage.FIXATION), passed(Stage.CASSETTING)) == (5, 6)
    Protocol.objects.update(status="ready")
    with pytest.raises(InvalidTransition):
        take_back_stage(ana, pks[1], Stage.FIXATION)


def test_a_block_stays_one_once_a_slide_of_it_is_mounted(ana, pks):
    for stage in Stage:
        pass_stage(ana, pks, stage)
    cut(ana, pks[:1])
    slide = Cassette.objects.get(pk=pks[0]).slides.get()
    mount(ana, [slide.pk])
    with pytest.raises(InvalidTransition):
        take_back_stage(ana, pks[0], Stage.BLOCKING)
    take_back(ana, slide.pk, "mount")
    take_back_stage(ana, pks[0], Stage.BLOCKING)
    assert passed(Stage.BLOCKING) == 5


def test_vets_may_not(bruno, pks):
    with pytest.raises(NotAllowed):
        pass_stage(bruno, pks, Stage.CASSETTING)


def test_statements_do_not_grow(ana, pks, django_assert_num_queries):
    for chosen in (pks[:1], pks[1:]):
        # Savepoint, protocols, cassettes, their stages, the new ones, release.
        with django_assert_num_queries(6):
            pass_stage(ana, chosen, Stage.CASSETTING)


@pytest.mark.django_db(transaction=True)
def test_markers_at_once_never_write_a_stage_twice(ana):
    protocol = factories.ProtocolFactory(status="received")
    chosen = [made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 5)]

    def mark(_number: int) -> int:
        try:
            return pass_stage(ana, chosen, Stage.CASSETTING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(mark, range(4))) == [0, 0, 0, 5]
    assert passed(Stage.CASSETTING) == 5
