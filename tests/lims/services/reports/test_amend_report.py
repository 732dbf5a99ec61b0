"""amend_report: the next version begins as the last one said it, for a reason, one at a time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lims.documents.reports import document
from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import Cassette, Report, ReportImage, Specimen
from lims.models.reports import TEXT_FIELDS
from lims.services.reports.amending import amend_report, preview_changes
from lims.services.reports.drafts import Content, discard_draft, save_draft
from lims.services.reports.finalizing import finalize_report
from tests import factories


@pytest.fixture
def issued(paula) -> Report:
    """An issued report of Paula's with two specimens, a table and an image, all that it says frozen."""
    draft = factories.draft_report(
        paula.staff_member.pathologist,
        factories.ready_protocol(specimens=2),
        **{name: f"{name} de la primera" for name in TEXT_FIELDS},
        is_preliminary=True,
    )
    draft.diagnoses.filter(position=1).update(synoptic=[{"element": "Grado", "answer": "bajo"}])
    draft.cassettes.filter(position=0).update(observation="obs", partial_diagnosis="dx")
    ReportImage.objects.create(
        report=draft, position=4, state="ready", sha256="a" * 64, width_px=661, height_px=496,
        filename="uno.jpg", caption="Mastocitos", magnification="40x", stain="Giemsa",
    )  # fmt: skip
    return issue(finalize_report(paula, draft.pk))


def issue(report: Report, **fields) -> Report:
    """Count a finalized report as issued, by rows alone."""
    archived = {"archive_key": f"k{report.pk}", "archive_version_id": "1", "sha256": "0" * 64}
    values = {"status": "issued", "issued_at": report.finalized_at, "size_bytes": 1, "pages": 1}
    Report.objects.filter(pk=report.pk).update(**archived | values | fields)
    report.protocol.status = "reported"
    report.protocol.save()
    report.refresh_from_db()
    return report


def said(report: Report) -> dict:
    report.refresh_from_db()
    left_out = ("id", "report", "created_at")
    return {
        name: [
            {field: value for field, value in row.items() if field.removesuffix("_id") not in left_out}
            for row in getattr(report, name).values()
        ]
        for name in ("diagnoses", "cassettes", "images")
    } | {name: getattr(report, name) for name in (*TEXT_FIELDS, "is_preliminary", "protocol_id", "author_id")}


def test_the_new_version_says_all_that_the_old_one_said(paula, issued):
    before = said(issued)
    draft = amend_report(paula, issued.pk, " Se corrige el margen\r\n")
    assert (draft.status, draft.version, draft.replaces_id) == ("draft", 2, issued.pk)
    assert draft.amendment_reason == "Se corrige el margen"
    assert said(draft) == said(issued) == before
    assert (draft.snapshot, draft.finalized_at, draft.verification_token) == (None, None, None)
    assert [(e.action, e.by, e.note) for e in draft.history.all()] == [
        ("amended", paula, "Se corrige el margen")
    ]


def test_the_old_version_stays_current_while_the_new_one_is_written(paula, issued):
    amend_report(paula, issued.pk, "porque sí")
    issued.refresh_from_db()
    assert issued.status == "issued"


def test_writing_the_new_version_changes_nothing_of_the_old_one(paula, issued):
    before = said(issued)
    draft = amend_report(paula, issued.pk, "porque sí")
    row = draft.diagnoses.first()
    save_draft(paula, draft.pk, 1, Content({"comments": "otro"}, False, [(row.pk, "otro", [])]))
    draft.images.all().delete()
    assert said(issued) == before


def test_what_came_to_the_bench_since_has_its_rows(paula, issued):
    Specimen.objects.create(protocol=issued.protocol, label="C", site="Bazo")
    Cassette.objects.create(protocol=issued.protocol, code="HP-C9")
    draft = amend_report(paula, issued.pk, "porque sí")
    assert [row.heading for row in draft.diagnoses.all()][2:] == ["C: Bazo"]
    assert [row.cassette.code for row in draft.cassettes.all()][2:] == ["HP-C9"]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2_001])
def test_it_needs_a_reason_that_fits(paula, issued, reason):
    with pytest.raises(Incomplete) as refusal:
        amend_report(paula, issued.pk, reason)
    assert set(refusal.value.fields) == {"reason"}
    assert Report.objects.count() == 1


def test_a_second_click_changes_nothing(paula, issued):
    amend_report(paula, issued.pk, "porque sí")
    with pytest.raises(InvalidTransition):
        amend_report(paula, issued.pk, "porque sí")
    assert Report.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_at_once_one_amends_and_the_other_is_told(paula, issued):
    def amend(_) -> str:
        try:
            amend_report(paula, issued.pk, "porque sí")
            return "amended"
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(amend, range(3))) == ["amended", "refused", "refused"]
    assert Report.objects.count() == 2


def test_versions_are_a_chain(paula, issued):
    second = amend_report(paula, issued.pk, "primera corrección")
    finalize_report(paula, second.pk)
    with pytest.raises(InvalidTransition):
        amend_report(paula, issued.pk, "mientras se emite")
    with pytest.raises(InvalidTransition):
        amend_report(paula, second.pk, "mientras se emite")
    Report.objects.filter(pk=issued.pk).update(status="superseded")
    second.refresh_from_db()
    issue(second)
    with pytest.raises(InvalidTransition):
        amend_report(paula, issued.pk, "la vieja")
    third = amend_report(paula, second.pk, "segunda corrección")
    assert (third.version, third.replaces_id) == (3, second.pk)


def test_a_withdrawn_report_can_be_amended_until_it_has_a_successor(paula, issued):
    issue(issued, status="withdrawn")
    draft = amend_report(paula, issued.pk, "vuelve corregido")
    with pytest.raises(InvalidTransition):
        amend_report(paula, issued.pk, "vuelve corregido")
    discard_draft(paula, draft.pk)
    assert amend_report(paula, issued.pk, "vuelve corregido").version == 2


def test_what_is_not_out_is_not_amended(paula):
    author = paula.staff_member.pathologist
    for report in (factories.draft_report(author), factories.finalized_report(author)):
        with pytest.raises(InvalidTransition):
            amend_report(paula, report.pk, "porque sí")


def test_an_amendment_is_finalized_though_its_protocol_is_reported(paula, issued):
    draft = amend_report(paula, issued.pk, "Se corrige el margen")
    snapshot = finalize_report(paula, draft.pk).snapshot
    assert snapshot["amendment"]["reason"] == "Se corrige el margen"
    assert snapshot["version"] == 2


def test_an_amendment_without_a_reason_cannot_be_finalized(paula, issued):
    draft = amend_report(paula, issued.pk, "Se corrige el margen")
    Report.objects.filter(pk=draft.pk).update(amendment_reason=" ")
    with pytest.raises(Incomplete) as refusal:
        finalize_report(paula, draft.pk)
    assert set(refusal.value.fields) == {"amendment_reason"}


@pytest.mark.parametrize(
    ("who", "error"), [("ana", NotAllowed), ("alma", NotAllowed), ("carla", NotVisible), ("otto", NotAllowed)]
)
def test_nobody_else_may(request, issued, who, error):
    otto = factories.PathologistFactory().staff_member.user
    by = otto if who == "otto" else request.getfixturevalue(who)
    with pytest.raises(error):
        amend_report(by, issued.pk, "ajena")
    assert Report.objects.count() == 1


def test_its_own_vet_sees_it_but_may_not(issued):
    with pytest.raises(NotAllowed):
        amend_report(issued.protocol.veterinarian.user, issued.pk, "ajena")


def test_what_changes_is_shown_before_finalizing_as_it_is_frozen_after(paula, issued):
    draft = amend_report(paula, issued.pk, "Se corrige el margen")
    assert preview_changes(paula, draft.pk) == []
    row = draft.diagnoses.first()
    diagnoses = [(row.pk, "Mastocitoma, grado alto", [])]
    save_draft(paula, draft.pk, 1, Content({"comments": "Márgenes a 2 mm"}, True, diagnoses))
    shown = preview_changes(paula, draft.pk)
    assert {(change.old, change.new) for change in shown} == {
        ("Mastocitoma cutáneo, grado bajo", "Mastocitoma, grado alto"),
        ("comments de la primera", "Márgenes a 2 mm"),
    }
    frozen = finalize_report(paula, draft.pk).snapshot
    assert frozen["amendment"]["changes"] == [change._asdict() for change in shown]
    assert preview_changes(paula, draft.pk) == shown


def test_a_first_version_changes_nothing_and_strangers_see_nothing(paula, bruno, issued):
    assert preview_changes(paula, issued.pk) == []
    draft = amend_report(paula, issued.pk, "porque sí")
    with pytest.raises(NotVisible):
        preview_changes(bruno, draft.pk)


def test_a_large_report_takes_as_many_statements_as_a_small_one(
    paula, django_assert_num_queries, django_assert_max_num_queries
):
    author = paula.staff_member.pathologist
    small = factories.archived_report(author)
    large = factories.archived_report(author, factories.ready_protocol(specimens=20))
    for report in (small, large):
        for position in range(3):
            ReportImage.objects.create(report=report, position=position)
    with django_assert_max_num_queries(20) as taken:
        amend_report(paula, small.pk, "porque sí")
    with django_assert_num_queries(len(taken)):
        amend_report(paula, large.pk, "porque sí")


def test_the_paper_of_the_draft_says_what_it_replaces(paula, issued):
    draft = amend_report(paula, issued.pk, "Se corrige el margen")
    assert document.snapshot(draft.pk)["amendment"]["version"] == 1
