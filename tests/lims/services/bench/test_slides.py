"""Slides: made of cassettes or cells, then mounted, stained, judged in this order; removed until stained."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible, StaleEdit
from lims.models import Cassette, CytologySample, Protocol, ProtocolHistory, Slide
from lims.models.processing import SlideQuality, Stage
from lims.services.bench import slides
from lims.services.bench.cassettes import NewCassette, add_cassettes, pass_stage
from lims.services.bench.slides import (
    NewSlide,
    add_slides,
    cut,
    judge_quality,
    mount,
    remove_slide,
    stain,
    take_back,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def tissue(ana) -> Protocol:
    """A sample with three cassettes that are blocks."""
    protocol = factories.ProtocolFactory(status="received", number="HP 26/123")
    pks = [made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 3)]
    for stage in Stage:
        pass_stage(ana, pks, stage)
    protocol.refresh_from_db()
    return protocol


@pytest.fixture
def cells() -> Protocol:
    return factories.ProtocolFactory(status="received", kind="cytology", number="CT 26/007")


def cassettes(protocol: Protocol) -> list[int]:
    return list(protocol.cassettes.values_list("pk", flat=True))


def all_slides() -> list[int]:
    return list(Slide.objects.values_list("pk", flat=True))


def test_one_slide_shows_several_cassettes_each_in_its_place(ana, tissue):
    first, second, third = cassettes(tissue)
    made = add_slides(ana, tissue.pk, [NewSlide((third, first)), NewSlide((second,), "PAS")])
    assert [slide.code for slide in made] == ["HP 26/123-S1", "HP 26/123-S2"]
    assert [slide.stain for slide in made] == ["H&E", "PAS"]
    assert list(made[0].placements.values_list("cassette", "position")) == [(third, 1), (first, 2)]


def test_cells_come_on_slides_and_are_in_process_from_then_on(ana, cells):
    made = add_slides(ana, cells.pk, [NewSlide()] * 2)
    assert [(slide.code, slide.stain) for slide in made] == [
        ("CT 26/007-S1", "May-Grünwald-Giemsa"),
        ("CT 26/007-S2", "May-Grünwald-Giemsa"),
    ]
    cells.refresh_from_db()
    assert (cells.status, ProtocolHistory.objects.count()) == ("processing", 1)


def test_a_second_click_is_told_and_makes_none(ana, cells):
    add_slides(ana, cells.pk, [NewSlide()], last=0)
    with pytest.raises(StaleEdit):
        add_slides(ana, cells.pk, [NewSlide()], last=0)
    assert Slide.objects.count() == 1


def test_a_code_of_one_that_was_removed_is_never_used_again(ana, cells):
    _first, second = add_slides(ana, cells.pk, [NewSlide()] * 2)
    remove_slide(ana, second.pk)
    (third,) = add_slides(ana, cells.pk, [NewSlide()])
    assert third.code == "CT 26/007-S3"


def test_wrong_input_is_refused_whole(ana, tissue, cells):
    (foreign,) = add_cassettes(ana, factories.ProtocolFactory(status="received").pk, [NewCassette()])
    own = cassettes(tissue)[0]
    for specs in ([], [NewSlide()], [NewSlide((own,), "x" * 61)], [NewSlide((own,))] * 51):
        with pytest.raises(Incomplete):
            add_slides(ana, tissue.pk, specs)
    for shown in ((own, foreign.pk), (own, own), (0,)):
        with pytest.raises(NotVisible):
            add_slides(ana, tissue.pk, [NewSlide(shown)])
    with pytest.raises(Incomplete):
        add_slides(ana, cells.pk, [NewSlide((own,))])
    cells.refresh_from_db()
    assert (Slide.objects.count(), cells.status) == (0, "received")


def test_each_that_is_on_no_slide_is_cut_once(ana, tissue):
    pks = cassettes(tissue)
    add_slides(ana, tissue.pk, [NewSlide((pks[0],))])
    assert cut(ana, pks, "PAS") == 2
    assert cut(ana, pks) == 0
    assert sorted(Slide.objects.values_list("code", "stain")) == [
        ("HP 26/123-S1", "H&E"),
        ("HP 26/123-S2", "PAS"),
        ("HP 26/123-S3", "PAS"),
    ]
    assert Cassette.objects.filter(placements=None).count() == 0


def test_mounted_stained_and_judged_in_this_order_with_who_and_when(ana, alma, tissue):
    cut(ana, cassettes(tissue))
    pks = all_slides()
    for verb, marks in (
        (stain, "stained"),
        (lambda *asked: judge_quality(*asked, SlideQuality.GOOD), "judged"),
    ):
        with pytest.raises(InvalidTransition):
            verb(ana, pks)
        assert marks
    assert (mount(ana, pks[:1]), mount(alma, pks), mount(ana, pks)) == (1, 2, 0)
    assert (stain(alma, pks), stain(ana, pks)) == (3, 0)
    assert judge_quality(ana, pks, SlideQuality.GOOD) == 3
    assert judge_quality(ana, pks, SlideQuality.GOOD) == 0
    assert judge_quality(ana, pks[:1], SlideQuality.POOR, {pks[0]: "good"}) == 1
    first, second = Slide.objects.filter(pk__in=pks[:2])
    assert (first.mounted_by, second.mounted_by, first.stained_by) == (ana, alma, alma)
    assert (first.quality, second.quality) == ("poor", "good")
    assert first.mounted_at < first.stained_at


def test_no_slide_is_mounted_of_what_is_no_block_yet(ana, tissue):
    (late,) = add_cassettes(ana, tissue.pk, [NewCassette()])
    cut(ana, [*cassettes(tissue), late.pk])
    with pytest.raises(InvalidTransition, match=late.code):
        mount(ana, all_slides())
    assert not Slide.objects.filter(mounted_at__isnull=False).exists()


def test_who_judges_otherwise_what_was_judged_meanwhile_is_told(ana, alma, cells):
    first, second = (slide.pk for slide in add_slides(ana, cells.pk, [NewSlide()] * 2))
    stain(ana, [first, second])
    judge_quality(alma, [first], SlideQuality.POOR)
    for seen in (None, {first: ""}, {first: "excellent"}):
        with pytest.raises(StaleEdit, match="Deficiente"):
            judge_quality(ana, [first, second], SlideQuality.GOOD, seen)
    assert list(Slide.objects.values_list("quality", flat=True)) == ["poor", ""]


def test_the_last_mark_is_taken_back_and_twice_is_harmless(ana, bruno, tissue):
    cut(ana, cassettes(tissue)[:1])
    (pk,) = all_slides()
    mount(ana, [pk])
    stain(ana, [pk])
    judge_quality(ana, [pk], SlideQuality.GOOD)
    for early in ("mount", "stain"):
        with pytest.raises(InvalidTransition):
            take_back(ana, pk, early)
    with pytest.raises(NotAllowed):
        take_back(bruno, pk, "judge")
    for mark in ("judge", "stain", "mount"):
        for _click in range(2):
            take_back(ana, pk, mark)
    slide = Slide.objects.get()
    assert (slide.quality, slide.stained_at, slide.stained_by, slide.mounted_at) == ("", None, None, None)


def test_smears_need_no_mounting(ana, cells):
    (smear,) = add_slides(ana, cells.pk, [NewSlide()])
    assert (stain(ana, [smear.pk]), judge_quality(ana, [smear.pk], SlideQuality.EXCELLENT)) == (1, 1)


VERBS = [mount, stain, lambda by, pks: judge_quality(by, pks, SlideQuality.GOOD), cut]


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_what_is_not_there_and_vets_are_refused(ana, bruno, tissue, verb):
    with pytest.raises(Incomplete):
        verb(ana, [])
    with pytest.raises(NotVisible):
        verb(ana, [0])
    with pytest.raises(NotAllowed):
        verb(bruno, cassettes(tissue))


@pytest.mark.parametrize("verb", VERBS[:3])
def test_off_the_bench_nothing_changes(ana, tissue, verb):
    cut(ana, cassettes(tissue))
    Protocol.objects.update(status="ready")
    before = list(Slide.objects.values())
    for attempt in (lambda: verb(ana, all_slides()), lambda: remove_slide(ana, all_slides()[0])):
        with pytest.raises(InvalidTransition):
            attempt()
    assert list(Slide.objects.values()) == before


def test_a_stained_slide_is_not_removed(ana, cells, bruno):
    first, second = (slide.pk for slide in add_slides(ana, cells.pk, [NewSlide()] * 2))
    stain(ana, [first])
    with pytest.raises(InvalidTransition):
        remove_slide(ana, first)
    with pytest.raises(NotAllowed):
        remove_slide(bruno, second)
    assert remove_slide(ana, second) == cells
    assert all_slides() == [first]


@pytest.mark.parametrize(("declared", "came", "made"), [(2, None, 2), (2, 3, 3), (1, 0, 1), (1, 9_000, 50)])
def test_as_many_smears_as_came_are_usual(ana, cells, declared, came, made):
    CytologySample.objects.create(protocol=cells, slides_declared=declared, slides_received=came)
    assert slides.make_usual_slides([cells]) == made


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_number(ana, cells, count, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        add_slides(ana, cells.pk, [NewSlide()] * count)


@pytest.mark.django_db(transaction=True)
def test_makers_at_once_never_give_a_code_twice(ana):
    cells = factories.ProtocolFactory(status="received", kind="cytology", number="CT 26/007")

    def make(_number: int) -> None:
        try:
            add_slides(ana, cells.pk, [NewSlide()] * 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    codes = Slide.objects.filter(protocol=cells).values_list("code", flat=True)
    assert sorted(codes) == sorted(f"CT 26/007-S{number}" for number in range(1, 17))
    assert ProtocolHistory.objects.count() == 1
