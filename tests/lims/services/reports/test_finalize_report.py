"""finalize_report: the author's own, complete and signed draft, frozen at the click, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from actors.models import Job
from lims.documents.reports import document
from lims.errors import Incomplete, InvalidTransition, LimsError, NotAllowed, NotVisible
from lims.models import (
    Cassette,
    Pathologist,
    Protocol,
    ProtocolStatus,
    Report,
    ReportDiagnosis,
    ReportImage,
    Specimen,
)
from lims.services.protocols import transitions
from lims.services.reports.finalizing import finalize_report, missing_parts
from lims.services.reports.freezing import CODE_ALPHABET
from tests import factories

UNTOUCHED = ("draft", None, None, None, None)


def state(report: Report) -> tuple:
    report.refresh_from_db()
    sealed = (report.finalized_at, report.verification_token, report.verification_code)
    return (report.status, report.snapshot, *sealed)


def missing(by, report: Report) -> set[str]:
    with pytest.raises(Incomplete) as refusal:
        finalize_report(by, report.pk)
    assert state(report) == UNTOUCHED
    assert not Job.objects.exists()
    return set(refusal.value.fields)


def test_it_is_frozen_sealed_recorded_and_will_be_issued(paula, draft):
    report = finalize_report(paula, draft.pk)
    report.refresh_from_db()
    seal = document.Seal(report.finalized_at, report.verification_token, report.verification_code)
    assert report.status == "finalized"
    assert timezone.now() - report.finalized_at < timedelta(minutes=1)
    assert document.frozen(report.pk) == document.snapshot(report.pk, seal)
    assert [(entry.action, entry.by) for entry in report.history.all()] == [("finalized", paula)]
    job = Job.objects.get()
    assert (job.actor, job.ref, job.args) == ("publish_report", str(report.pk), [report.pk])


def test_what_changes_after_the_click_is_not_in_it(paula, draft):
    finalize_report(paula, draft.pk)
    frozen = document.frozen(draft.pk)
    ReportDiagnosis.objects.update(diagnosis="otro")
    Protocol.objects.update(animal="Renombrado")
    Cassette.objects.update(material="otro")
    assert document.frozen(draft.pk) == frozen
    assert "Firulais" in str(frozen)


def test_token_and_code_are_random_and_the_code_can_be_read_aloud(paula):
    author = paula.staff_member.pathologist
    made = [factories.finalized_report(author) for _ in range(20)]
    assert len({report.verification_token for report in made}) == 20
    assert all(len(bytes.fromhex(report.verification_token)) == 16 for report in made)
    codes = {report.verification_code for report in made}
    assert len(codes) == 20
    assert all(len(code) == 12 and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set(CODE_ALPHABET) & set("01OIL")


def test_a_second_click_changes_nothing(paula, draft):
    before = state(finalize_report(paula, draft.pk))
    with pytest.raises(InvalidTransition):
        finalize_report(paula, draft.pk)
    assert state(draft) == before
    assert draft.history.count() == Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_at_once_one_finalizes_and_the_other_is_told(paula, draft):
    def click(_) -> str:
        try:
            return finalize_report(paula, draft.pk).verification_token
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(click, range(4)))
    draft.refresh_from_db()
    assert sorted([draft.verification_token, "refused", "refused", "refused"]) == outcomes
    assert draft.history.count() == Job.objects.filter(actor="publish_report").count() == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [("ana", NotAllowed), ("alma", NotAllowed), ("bruno", NotVisible), ("carla", NotVisible)],
)
def test_nobody_else_may(request, draft, who, error):
    with pytest.raises(error):
        finalize_report(request.getfixturevalue(who), draft.pk)
    assert state(draft) == UNTOUCHED


def test_a_colleague_may_not_even_one_who_may_sign(draft):
    colleague = factories.PathologistFactory().staff_member.user
    with pytest.raises(NotAllowed):
        finalize_report(colleague, draft.pk)
    assert state(draft) == UNTOUCHED


def test_an_author_who_is_no_pathologist_any_more_may_not(paula, draft):
    paula.role = "staff"
    paula.save()
    with pytest.raises(NotAllowed):
        finalize_report(paula, draft.pk)


def test_one_who_may_not_sign_may_not(paula, draft):
    Pathologist.objects.update(may_sign=False)
    with pytest.raises(NotAllowed):
        finalize_report(paula, draft.pk)
    assert state(draft) == UNTOUCHED


def test_what_is_missing_can_be_asked_for_before_the_click(paula, draft):
    assert missing_parts(draft.pk) == {}
    Pathologist.objects.update(may_sign=False, licence="")
    assert set(missing_parts(draft.pk)) == {"may_sign", "licence"}


@pytest.mark.django_db(transaction=True)
def test_while_it_is_finalized_its_protocol_does_not_move(paula, draft):
    def move() -> None:
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            transitions.transition(draft.protocol, ProtocolStatus.PROCESSING, None)

    def move_in_another_session() -> None:
        try:
            move()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        finalize_report(paula, draft.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            pool.submit(move_in_another_session).result()
    with pytest.raises(InvalidTransition):
        move()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"signature": None}, "signature"), ({"licence": " "}, "licence")],
)
def test_signature_and_licence_have_to_be_there(paula, draft, changed, field):
    Pathologist.objects.update(**changed)
    assert missing(paula, draft) == {field}


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_each_missing_diagnosis_is_named(paula, text):
    draft = factories.draft_report(paula.staff_member.pathologist, factories.ready_protocol(specimens=3))
    first, __, last = draft.diagnoses.all()
    draft.diagnoses.exclude(pk=first.pk).update(diagnosis=text)
    assert missing(paula, draft) == {f"diagnosis-{first.pk + 1}", f"diagnosis-{last.pk}"}


def test_a_report_without_any_diagnosis_is_refused(paula, draft):
    draft.diagnoses.all().delete()
    assert missing(paula, draft) == {"diagnoses"}


def test_a_specimen_that_came_later_needs_its_diagnosis_too(paula, draft):
    Specimen.objects.create(protocol=draft.protocol, label="Z", site="Bazo")
    assert missing(paula, draft) == {"diagnoses"}


@pytest.mark.parametrize("row", [{"element": "Márgenes", "answer": ""}, {"element": "", "answer": "2 mm"}])
def test_no_synoptic_row_stays_half(paula, draft, row):
    draft.diagnoses.update(synoptic=[{"element": "Grado", "answer": "bajo"}, row])
    assert missing(paula, draft) == {f"synoptic-{draft.diagnoses.get().pk}"}


@pytest.mark.parametrize("unready", ["preparing", "failed"])
def test_an_image_that_is_not_ready_is_named(paula, draft, unready):
    image = ReportImage.objects.create(report=draft, position=0, state=unready)
    assert missing(paula, draft) == {f"image-{image.pk}"}


def test_everything_that_is_missing_is_told_at_once(paula, draft):
    Pathologist.objects.update(signature=None, licence="")
    draft.diagnoses.update(diagnosis="")
    image = ReportImage.objects.create(report=draft, position=0)
    diagnosis = f"diagnosis-{draft.diagnoses.get().pk}"
    assert missing(paula, draft) == {"signature", "licence", diagnosis, f"image-{image.pk}"}


@pytest.mark.parametrize("status", ["received", "processing", "reported", "rejected"])
def test_the_protocol_has_to_be_ready(paula, draft, status):
    Protocol.objects.update(status=status)
    with pytest.raises(InvalidTransition):
        finalize_report(paula, draft.pk)
    assert state(draft) == UNTOUCHED


def test_a_report_too_large_for_any_paper_is_refused_while_it_can_still_be_shortened(
    paula, draft, monkeypatch
):
    monkeypatch.setattr("lims.documents.paper.limits.MAX_CHARACTERS", 100)
    assert missing(paula, draft) == set()


def test_what_fails_on_the_way_leaves_a_draft(paula, draft, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("actors.jobs.enqueue", fail)
    with pytest.raises(RuntimeError):
        finalize_report(paula, draft.pk)
    assert state(draft) == UNTOUCHED
    assert draft.history.count() == 0


def test_unknown_and_strange_numbers_are_no_report(paula):
    for pk in (0, -1, 2**62):
        with pytest.raises(NotVisible):
            finalize_report(paula, pk)


def test_a_long_report_takes_as_many_statements_as_a_short_one(
    paula, django_assert_num_queries, django_assert_max_num_queries
):
    author = paula.staff_member.pathologist
    small = factories.draft_report(author)
    large = factories.draft_report(author, factories.ready_protocol(specimens=20), microscopic="x" * 9_000)
    for position in range(10):
        ReportImage.objects.create(
            report=large, position=position, state="ready", sha256="0" * 64, width_px=1, height_px=1
        )
    with django_assert_max_num_queries(25) as taken:
        finalize_report(paula, small.pk)
    with django_assert_num_queries(len(taken)):
        finalize_report(paula, large.pk)


def test_every_refusal_is_a_sentence(paula, draft):
    Pathologist.objects.update(licence="")
    with pytest.raises(LimsError) as refusal:
        finalize_report(paula, draft.pk)
    assert str(refusal.value).endswith(".")
    assert all(told.endswith(".") for told in refusal.value.fields.values())
