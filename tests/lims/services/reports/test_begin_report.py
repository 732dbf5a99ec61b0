"""begin_report: one draft per ready protocol, filled in from the bench in the language of its vet."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from lims.errors import InvalidTransition, NotAllowed, NotVisible
from lims.models import Cassette, CytologySample, Protocol, Report, Slide, Specimen
from lims.services.reports.drafts import begin_report
from lims.services.reports.finalizing import finalize_report
from tests import factories


@pytest.fixture(autouse=True)
def _in_english():
    # What is written must not depend on who asks.
    with translation.override("en"):
        yield


@pytest.fixture
def protocol(db) -> Protocol:
    return factories.ready_protocol(specimens=2)


def cytology(**sample) -> Protocol:
    protocol = factories.ProtocolFactory(kind="cytology", number="CT 26/001")
    CytologySample.objects.create(protocol=protocol, technique="fna", **sample)
    for number in (1, 2):
        Slide.objects.create(protocol=protocol, code=f"CT 26/001-S{number}", stain="May-Grünwald-Giemsa")
    return protocol


def test_it_is_a_first_version_of_its_author_and_on_record(paula, protocol):
    report = begin_report(paula, protocol.pk)
    assert (report.status, report.version, report.author.staff_member.user) == ("draft", 1, paula)
    assert [(entry.action, entry.by) for entry in report.history.all()] == [("begun", paula)]
    protocol.refresh_from_db()
    assert protocol.status == "ready"


def test_each_specimen_has_its_diagnosis_to_write_and_each_cassette_its_row(paula, protocol):
    report = begin_report(paula, protocol.pk)
    rows = report.diagnoses.values_list("position", "heading", "diagnosis", "specimen__label")
    assert [*rows] == [
        (0, "A: Piel, flanco (izquierda)", "", "A"),
        (1, "B: Piel, flanco (izquierda)", "", "B"),
    ]
    cassettes = report.cassettes.values_list("position", "cassette__code")
    assert [*cassettes] == [(0, f"{protocol.number}-C1"), (1, f"{protocol.number}-C2")]


def test_methods_and_pieces_are_written_already(paula, protocol):
    protocol.slides.filter(code__endswith="S2").update(stain="PAS")
    protocol.specimens.filter(label="B").update(pieces=3, side="", procedure="")
    report = begin_report(paula, protocol.pk)
    assert report.methods == "Fijación en Formol 10 %; inclusión en parafina; tinciones: H&E, PAS."
    assert report.macroscopic == (
        "A: Piel, flanco (izquierda), Biopsia escisional, 1 fragmento: \nB: Piel, flanco, 3 fragmentos: "
    )
    assert report.microscopic == report.comments == ""


def test_it_is_in_the_language_of_the_vet(paula, protocol):
    user = protocol.veterinarian.user
    user.language = "en"
    user.save()
    report = begin_report(paula, protocol.pk)
    assert report.methods == "Fixed in Formol 10 %; embedded in paraffin; stains: H&E."
    assert report.diagnoses.first().heading == "A: Piel, flanco (left)"


def test_a_cytology_has_one_diagnosis_headed_by_its_technique(paula, db):
    report = begin_report(paula, cytology(slides_received=2).pk)
    assert [row.heading for row in report.diagnoses.all()] == ["Punción con aguja fina"]
    assert report.methods == "Punción con aguja fina; tinciones: May-Grünwald-Giemsa."
    assert report.macroscopic == "Se recibieron 2 extendidos."
    assert not report.cassettes.exists()


def test_a_cytology_with_a_site_says_where_too(paula, db):
    protocol = cytology()
    Specimen.objects.create(protocol=protocol, label="A", site="Linfonódulo poplíteo", side="left")
    report = begin_report(paula, protocol.pk)
    assert [row.heading for row in report.diagnoses.all()] == [
        "A: Linfonódulo poplíteo (izquierda); Punción con aguja fina"
    ]
    assert report.macroscopic == "Se recibió 1 extendido."


def test_a_protocol_without_anything_on_the_bench_can_be_reported(paula, db):
    report = begin_report(paula, factories.ProtocolFactory().pk)
    assert [row.heading for row in report.diagnoses.all()] == ["Firulais"]
    assert report.methods == "Inclusión en parafina."


def test_the_longest_labels_fit(paula, db):
    protocol = factories.ready_protocol()
    for number in range(40):
        Specimen.objects.create(
            protocol=protocol, label=f"{number:060d}", site="x" * 200, side="midline", procedure="y" * 200
        )
    report = begin_report(paula, protocol.pk)
    assert len(report.macroscopic) == 10_000
    assert report.diagnoses.count() == 41


def test_beginning_again_returns_the_same_draft_as_it_was_left(paula, protocol):
    first = begin_report(paula, protocol.pk)
    first.diagnoses.update(diagnosis="escrito")
    again = begin_report(paula, protocol.pk)
    assert again.pk == first.pk
    assert {row.diagnosis for row in again.diagnoses.all()} == {"escrito"}
    assert again.history.count() == 1


def test_what_came_to_the_bench_meanwhile_gets_its_rows(paula, protocol):
    first = begin_report(paula, protocol.pk)
    Specimen.objects.create(protocol=protocol, label="C", site="Bazo")
    Cassette.objects.create(protocol=protocol, code="HP-C9")
    Protocol.objects.update(status="processing")
    again = begin_report(paula, protocol.pk)
    assert again.pk == first.pk
    assert [row.heading for row in again.diagnoses.all()][-1] == "C: Bazo"
    assert [row.cassette.code for row in again.cassettes.all()][-1] == "HP-C9"


@pytest.mark.parametrize("status", ["submitted", "received", "processing", "reported", "rejected"])
def test_only_a_ready_protocol_can_be_begun(paula, protocol, status):
    Protocol.objects.update(status=status)
    with pytest.raises(InvalidTransition):
        begin_report(paula, protocol.pk)
    assert not Report.objects.exists()


def test_a_colleague_is_told_who_writes(paula, protocol):
    begin_report(paula, protocol.pk)
    colleague = factories.PathologistFactory(staff_member__first_names="Otto").staff_member.user
    with pytest.raises(InvalidTransition, match="Paula Rivas"):
        begin_report(colleague, protocol.pk)
    assert Report.objects.count() == 1


def test_a_finalized_report_is_not_begun_again(paula, protocol):
    author = paula.staff_member.pathologist
    finalize_report(paula, factories.draft_report(author, protocol).pk)
    with pytest.raises(InvalidTransition):
        begin_report(paula, protocol.pk)


@pytest.mark.parametrize("status", ["issued", "withdrawn"])
def test_a_report_that_is_out_is_amended_not_begun_again(paula, protocol, status):
    factories.archived_report(paula.staff_member.pathologist, protocol, status=status)
    with pytest.raises(InvalidTransition, match="amended"):
        begin_report(paula, protocol.pk)


@pytest.mark.parametrize("who", ["ana", "alma", "bruno"])
def test_only_pathologists_begin(request, protocol, who):
    with pytest.raises(NotAllowed):
        begin_report(request.getfixturevalue(who), protocol.pk)
    assert not Report.objects.exists()


def test_the_role_alone_makes_no_pathologist(protocol):
    with pytest.raises(NotAllowed):
        begin_report(factories.UserFactory(role="pathologist"), protocol.pk)


def test_a_vets_draft_and_what_is_not_there_cannot_be_begun(paula):
    draft = factories.ProtocolFactory(status="draft", number=None)
    for pk in (draft.pk, 0, 2**62):
        with pytest.raises(NotVisible):
            begin_report(paula, pk)


@pytest.mark.django_db(transaction=True)
def test_of_two_pathologists_at_once_one_begins_and_the_other_is_told(paula, protocol):
    colleague = factories.PathologistFactory().staff_member.user

    def begin(by) -> str:
        try:
            return f"{by.pk} {begin_report(by, protocol.pk).pk}"
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = [*pool.map(begin, [paula, colleague] * 2)]
    report = Report.objects.get()
    author = report.author.staff_member.user_id
    assert sorted(outcomes) == sorted([f"{author} {report.pk}"] * 2 + ["refused"] * 2)
    assert report.diagnoses.count() == report.cassettes.count() == 2


def test_a_large_protocol_takes_as_many_statements_as_a_small_one(
    paula, django_assert_num_queries, django_assert_max_num_queries
):
    small, large = factories.ready_protocol(), factories.ready_protocol(specimens=20)
    with django_assert_max_num_queries(25) as taken:
        begin_report(paula, small.pk)
    with django_assert_num_queries(len(taken)):
        begin_report(paula, large.pk)
