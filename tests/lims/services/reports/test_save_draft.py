"""save_draft and discard_draft: only what changed, nothing over another window's work, nothing of others."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible, StaleEdit
from lims.models import ImageUpload, Report, ReportImage
from lims.models.reports import TEXT_FIELDS
from lims.services.reports.drafts import Content, begin_report, discard_draft, save_draft
from lims.services.reports.finalizing import finalize_report
from tests import factories


@pytest.fixture
def draft(paula) -> Report:
    return factories.draft_report(paula.staff_member.pathologist, factories.ready_protocol(specimens=2))


def as_it_is(draft: Report) -> Content:
    draft.refresh_from_db()
    return Content(
        {name: getattr(draft, name) for name in TEXT_FIELDS},
        draft.is_preliminary,
        [(row.pk, row.diagnosis, row.synoptic) for row in draft.diagnoses.all()],
        [(row.pk, row.observation, row.partial_diagnosis) for row in draft.cassettes.all()],
    )


def wrong_fields(paula, draft: Report, content: Content) -> set[str]:
    before = as_it_is(draft)
    with pytest.raises(Incomplete) as refusal:
        save_draft(paula, draft.pk, draft.lock_version, content)
    assert as_it_is(draft) == before
    return set(refusal.value.fields)


def test_everything_that_was_typed_is_there(paula, draft):
    rows, cassettes = draft.diagnoses.all(), draft.cassettes.all()
    typed = Content(
        {name: f"{name}: <5/10 HPF & R&D\n  µ ≥ 2 " for name in TEXT_FIELDS},
        True,
        [(row.pk, f"dx {row.pk}", [{"element": "Grado", "answer": "bajo"}]) for row in rows],
        [(row.pk, f"obs {row.pk}", f"dx {row.pk}") for row in cassettes],
    )
    saved = save_draft(paula, draft.pk, draft.lock_version, typed)
    assert saved.lock_version == draft.lock_version + 1
    assert as_it_is(draft) == typed


def test_the_same_content_again_changes_nothing(paula, draft):
    before = draft.changed_at
    again = save_draft(paula, draft.pk, draft.lock_version, as_it_is(draft))
    draft.refresh_from_db()
    assert (again.lock_version, draft.changed_at) == (1, before)


def test_a_save_whose_answer_was_lost_can_be_repeated(paula, draft):
    typed = replace(as_it_is(draft), texts={"comments": "nuevo"})
    first = save_draft(paula, draft.pk, 1, typed)
    assert save_draft(paula, draft.pk, 1, typed).lock_version == first.lock_version == 2


def test_the_second_of_two_windows_is_told_and_overwrites_nothing(paula, draft):
    save_draft(paula, draft.pk, 1, Content({"comments": "de la primera"}))
    with pytest.raises(StaleEdit):
        save_draft(paula, draft.pk, 1, Content({"comments": "de la segunda"}))
    with pytest.raises(StaleEdit):
        save_draft(paula, draft.pk, 1, Content({"microscopic": "en otra parte"}))
    draft.refresh_from_db()
    assert (draft.comments, draft.lock_version) == ("de la primera", 2)


@pytest.mark.django_db(transaction=True)
def test_of_windows_that_save_at_once_one_wins_and_all_others_are_told(paula, draft):
    def save(number: int) -> str:
        try:
            save_draft(paula, draft.pk, 1, Content({"comments": f"ventana {number}"}))
            return f"ventana {number}"
        except StaleEdit:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = [*pool.map(save, range(4))]
    draft.refresh_from_db()
    assert sorted(outcomes) == ["stale"] * 3 + [draft.comments]
    assert draft.lock_version == 2


def test_what_is_left_out_stays(paula, draft):
    before = as_it_is(draft)
    save_draft(paula, draft.pk, 1, Content({"comments": "solo esto"}))
    assert as_it_is(draft) == replace(before, texts=before.texts | {"comments": "solo esto"})


def test_line_ends_are_one_kind_and_otherwise_the_text_is_as_typed(paula, draft):
    save_draft(paula, draft.pk, 1, Content({"comments": " a\r\nb\rc\n\n d "}))
    draft.refresh_from_db()
    assert draft.comments == " a\nb\nc\n\n d "
    assert save_draft(paula, draft.pk, 2, Content({"comments": " a\r\nb\r\nc\r\n\r\n d "})).lock_version == 2


def test_what_no_row_can_hold_is_no_error(paula, draft):
    row = draft.diagnoses.first()
    typed = [(row.pk, "x\0y", [{"element": "\ud800", "answer": "a\0b"}])]
    save_draft(paula, draft.pk, 1, Content({"comments": "a\0b\udc00c"}, diagnoses=typed))
    draft.refresh_from_db()
    row.refresh_from_db()
    assert (draft.comments, row.diagnosis) == ("ab\N{REPLACEMENT CHARACTER}c", "xy")
    assert row.synoptic == [{"element": "\N{REPLACEMENT CHARACTER}", "answer": "ab"}]


def test_a_synoptic_table_loses_its_empty_rows_and_keeps_half_written_ones(paula, draft):
    row = draft.diagnoses.first()
    typed = [
        {"element": " Grado ", "answer": " bajo\r\n"},
        {"element": " ", "answer": ""},
        {"element": "Márgenes", "answer": ""},
        {"element": "Mitosis"},
        {},
    ]
    save_draft(paula, draft.pk, 1, Content(diagnoses=[(row.pk, row.diagnosis, typed)]))
    row.refresh_from_db()
    assert row.synoptic == [
        {"element": "Grado", "answer": "bajo"},
        {"element": "Márgenes", "answer": ""},
        {"element": "Mitosis", "answer": ""},
    ]


@pytest.mark.parametrize(
    "table",
    [
        "text",
        ["text"],
        [["Grado", "bajo"]],
        [{"element": 1, "answer": "x"}],
        [{"element": None, "answer": "x"}],
        [None],
        None,
        [{"element": "x" * 501, "answer": "y"}],
        [{"element": "x", "answer": "y"}] * 61,
    ],
    ids=lambda table: str(table)[:30],
)
def test_what_is_no_synoptic_table_is_refused_beside_it(paula, draft, table):
    row = draft.diagnoses.first()
    assert wrong_fields(paula, draft, Content(diagnoses=[(row.pk, "x", table)])) == {f"synoptic-{row.pk}"}


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_a_text_has_a_limit(paula, draft, name):
    save_draft(paula, draft.pk, 1, Content({name: "x" * 10_000}))
    draft.refresh_from_db()
    assert wrong_fields(paula, draft, Content({name: "x" * 10_001})) == {name}


def test_every_row_has_its_limits_and_all_that_is_too_long_is_told_at_once(paula, draft):
    diagnosis, cassette = draft.diagnoses.first(), draft.cassettes.first()
    fits = Content({}, False, [(diagnosis.pk, "x" * 5_000, [])], [(cassette.pk, "x" * 10_000, "x" * 5_000)])
    save_draft(paula, draft.pk, 1, fits)
    too_long = Content(
        {"comments": "x" * 10_001},
        False,
        [(diagnosis.pk, "x" * 5_001, [])],
        [(cassette.pk, "x" * 10_001, "x" * 5_001)],
    )
    assert wrong_fields(paula, draft, too_long) == {
        "comments",
        f"diagnosis-{diagnosis.pk}",
        f"observation-{cassette.pk}",
        f"partial_diagnosis-{cassette.pk}",
    }


def test_rows_of_another_report_are_not_there(paula, draft):
    other = factories.draft_report(paula.staff_member.pathologist)
    for content in (
        Content({"comments": "x"}, diagnoses=[(other.diagnoses.get().pk, "x", [])]),
        Content({"comments": "x"}, cassettes=[(other.cassettes.get().pk, "x", "")]),
        Content({"comments": "x"}, diagnoses=[(2**80, "x", [])]),
    ):
        with pytest.raises(NotVisible):
            save_draft(paula, draft.pk, 1, content)
    draft.refresh_from_db()
    assert (draft.comments, draft.lock_version) == ("Márgenes libres a 4 mm.", 1)


def test_a_field_that_is_no_text_of_a_report_is_a_mistake_in_the_code(paula, draft):
    with pytest.raises(TypeError):
        save_draft(paula, draft.pk, 1, Content({"status": "issued"}))


def test_a_finalized_report_changes_no_more(paula, draft):
    finalize_report(paula, draft.pk)
    with pytest.raises(InvalidTransition):
        save_draft(paula, draft.pk, 1, Content({"comments": "tarde"}))
    with pytest.raises(InvalidTransition):
        discard_draft(paula, draft.pk)
    draft.refresh_from_db()
    assert draft.comments == "Márgenes libres a 4 mm."


@pytest.mark.parametrize(
    ("who", "error"), [("ana", NotAllowed), ("alma", NotAllowed), ("bruno", NotVisible), ("otto", NotAllowed)]
)
def test_nobody_else_writes_or_discards(request, draft, who, error):
    otto = factories.PathologistFactory().staff_member.user
    by = otto if who == "otto" else request.getfixturevalue(who)
    with pytest.raises(error):
        save_draft(by, draft.pk, 1, Content({"comments": "ajeno"}))
    with pytest.raises(error):
        discard_draft(by, draft.pk)
    draft.refresh_from_db()
    assert (draft.comments, draft.lock_version) == ("Márgenes libres a 4 mm.", 1)


def test_a_discarded_draft_is_gone_with_all_its_parts_and_can_be_begun_again(paula, draft):
    image = ReportImage.objects.create(report=draft, position=0)
    ImageUpload.objects.create(image=image, content=b"x")
    discard_draft(paula, draft.pk)
    assert not Report.objects.exists()
    assert not ImageUpload.objects.exists()
    assert begin_report(paula, draft.protocol_id).version == 1
    with pytest.raises(NotVisible):
        discard_draft(paula, draft.pk)


def test_saving_much_takes_as_many_statements_as_saving_little(
    paula, django_assert_num_queries, django_assert_max_num_queries
):
    author = paula.staff_member.pathologist
    taken = []
    for specimens in (1, 20):
        draft = factories.draft_report(author, factories.ready_protocol(specimens=specimens))
        content = as_it_is(draft)
        changed = replace(
            content,
            texts=dict.fromkeys(TEXT_FIELDS, "x"),
            diagnoses=[(pk, "otro", []) for pk, *_ in content.diagnoses],
            cassettes=[(pk, "otro", "") for pk, *_ in content.cassettes],
        )
        with django_assert_max_num_queries(15) as queries:
            save_draft(paula, draft.pk, 1, changed)
        taken.append(len(queries))
    assert taken[0] == taken[1]
