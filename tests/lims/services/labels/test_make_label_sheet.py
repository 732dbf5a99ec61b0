"""make_sheet: labels of what the user may see, in the asked-for order, and never a sheet without any."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lims.errors import Incomplete, NotAllowed
from lims.models import LabelSheet
from lims.services.labels.sheets import LABELS_MAX, count_parts, labels_on, make_sheet, make_sheet_of
from tests.factories import ProtocolFactory, ready_protocol


def codes(sheet: LabelSheet) -> list[str]:
    return [label["code"] for label in labels_on(sheet)]


def test_labels_stand_in_the_order_that_was_asked_for(ana, bruno):
    first, second = ready_protocol(bruno.veterinarian), ready_protocol(bruno.veterinarian)
    cassette, slide = first.cassettes.get(), first.slides.get()
    sheet = make_sheet(ana, [second.pk, first.pk, second.pk], [cassette.pk], [slide.pk])
    assert codes(sheet) == [second.number, first.number, cassette.code, slide.code]
    assert (sheet.made_by, sheet.count) == (ana, 4)


def test_a_slide_says_its_stain_and_all_say_whose_they_are(ana, bruno):
    protocol = ready_protocol(bruno.veterinarian, animal="Ñandú", species="Ave")
    sheet = make_sheet(ana, [protocol.pk], (), [protocol.slides.get().pk])
    assert [(label["animal"], label["species"], label["stain"]) for label in labels_on(sheet)] == [
        ("Ñandú", "Ave", ""),
        ("Ñandú", "Ave", "H&E"),
    ]


def test_a_sample_without_a_number_is_labelled_by_its_temporary_code(ana, bruno):
    protocol = ProtocolFactory(
        veterinarian=bruno.veterinarian,
        status="submitted",
        number=None,
        temporary_code="TMP-HP-20261123-001",
    )
    assert codes(make_sheet(ana, [protocol.pk])) == ["TMP-HP-20261123-001"]


def test_parts_are_all_labels_of_their_protocols(ana, bruno):
    protocols = [ready_protocol(bruno.veterinarian, specimens=2) for _ in range(2)]
    pks = [protocol.pk for protocol in protocols]
    assert count_parts(pks) == {"protocols": 2, "cassettes": 4, "slides": 4}
    sheet = make_sheet_of(ana, pks, ["cassettes", "slides"])
    assert (sheet.protocol_ids, sheet.count) == ([], 8)
    assert len(set(codes(sheet))) == 8
    assert make_sheet_of(ana, pks, ["protocols"]).protocol_ids == pks


def test_drafts_and_what_is_gone_get_no_label(ana, bruno):
    draft = ProtocolFactory(veterinarian=bruno.veterinarian, status="draft", number=None)
    there = ProtocolFactory(veterinarian=bruno.veterinarian)
    assert make_sheet(ana, [draft.pk, there.pk, there.pk + 1_000]).protocol_ids == [there.pk]
    with pytest.raises(Incomplete):
        make_sheet(ana, [draft.pk])


def test_what_is_removed_later_falls_away(ana, bruno):
    protocol = ready_protocol(bruno.veterinarian)
    slide = protocol.slides.get()
    sheet = make_sheet(ana, [protocol.pk], (), [slide.pk])
    slide.delete()
    assert codes(sheet) == [protocol.number]


def test_a_sheet_without_labels_is_refused(ana, bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    for make in (lambda: make_sheet(ana), lambda: make_sheet_of(ana, [protocol.pk], [])):
        with pytest.raises(Incomplete):
            make()
    assert not LabelSheet.objects.exists()


def test_more_labels_than_a_sheet_may_have_are_refused_not_left_out(ana, bruno):
    numbers = range(LABELS_MAX + 1)
    protocols = ProtocolFactory.build_batch(len(numbers), veterinarian=bruno.veterinarian)
    pks = [row.pk for row in type(protocols[0]).objects.bulk_create(protocols)]
    with pytest.raises(Incomplete, match="1000"):
        make_sheet(ana, pks)
    assert make_sheet(ana, pks[1:]).count == LABELS_MAX


def test_a_vet_may_not(bruno):
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    for make in (lambda: make_sheet(bruno, [protocol.pk]), lambda: make_sheet_of(bruno, [protocol.pk], [])):
        with pytest.raises(NotAllowed):
            make()


def test_statements_do_not_grow_with_the_labels(ana, bruno, django_assert_num_queries):
    for count in (1, 40):
        pks = [ready_protocol(bruno.veterinarian).pk for _ in range(count)]
        # Both parts, the three kinds of things, the row in a savepoint, and the transaction's begin and end.
        with django_assert_num_queries(10):
            sheet = make_sheet_of(ana, pks, ["protocols", "cassettes", "slides"])
        with django_assert_num_queries(4):
            labels_on(sheet)


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_with_one_key_make_one_sheet(ana, bruno):
    protocol = ready_protocol(bruno.veterinarian)

    def click(_: int) -> int:
        try:
            return make_sheet(ana, [protocol.pk], key="k1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    assert LabelSheet.objects.count() == 1
