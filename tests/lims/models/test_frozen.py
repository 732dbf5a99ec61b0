"""What a finalized report says stays as it is, whoever writes past the services."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import ProgrammingError, connection, transaction

from lims.models import Report, ReportCassette, ReportStatus
from lims.models.reports import TEXT_FIELDS
from lims.services.reports.finalizing import finalize_report
from tests import factories

STATES = [state for state in ReportStatus.values if state != "draft"]


def report_in(author, state: str) -> Report:
    if state == "finalized":
        return factories.finalized_report(author)
    return factories.archived_report(author, status=state)


def refused(change: Callable) -> bool:
    """Whether the database refuses it, its rows left as they are."""
    try:
        with transaction.atomic():
            change()
    except ProgrammingError:
        return True
    return False


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [*TEXT_FIELDS, "snapshot"])
def test_no_text_of_a_finalized_report_changes(paula, state, name):
    report = report_in(paula.staff_member.pathologist, state)
    kept = getattr(report, name)
    other = {} if name == "snapshot" else "otra cosa"
    assert refused(lambda: Report.objects.filter(pk=report.pk).update(**{name: other}))
    assert getattr(Report.objects.get(pk=report.pk), name) == kept


@pytest.mark.parametrize("state", STATES)
def test_no_cassette_of_a_finalized_report_is_changed_removed_or_added(paula, state):
    report = report_in(paula.staff_member.pathologist, state)
    said = report.cassettes.get()
    mine = ReportCassette.objects.filter(pk=said.pk)
    assert refused(lambda: mine.update(observation="otra cosa"))
    assert refused(lambda: mine.update(partial_diagnosis="otra cosa"))
    assert refused(mine.delete)
    assert refused(lambda: report.cassettes.create(position=9, cassette=said.cassette))
    kept = ReportCassette.objects.get(report=report)
    assert (kept.observation, kept.partial_diagnosis) == (said.observation, said.partial_diagnosis)


def test_no_finalized_report_is_removed_though_it_says_nothing_of_cassettes(paula):
    draft = factories.draft_report(paula.staff_member.pathologist)
    draft.cassettes.all().delete()
    finalize_report(paula, draft.pk)
    assert refused(Report.objects.get().delete)
    assert Report.objects.filter(pk=draft.pk).exists()


def test_no_cassette_moves_into_a_finalized_report_or_out_of_it(paula):
    author = paula.staff_member.pathologist
    finalized, draft = factories.finalized_report(author), factories.draft_report(author)
    for source, target in ((finalized, draft), (draft, finalized)):
        rows = ReportCassette.objects.filter(report=source)
        assert refused(lambda rows=rows, target=target: rows.update(report=target, position=9))
        assert rows.count() == 1


def test_what_a_draft_says_can_be_changed_and_removed(paula):
    draft = factories.draft_report(paula.staff_member.pathologist)
    draft.cassettes.update(observation="una cosa")
    draft.cassettes.all().delete()
    for name in TEXT_FIELDS:
        Report.objects.update(**{name: "una cosa"})
    draft.delete()
    assert not Report.objects.exists()


def test_the_rest_of_a_finalized_report_goes_its_way(paula):
    report = factories.finalized_report(paula.staff_member.pathologist)
    # All columns are written, the frozen ones as they are.
    report.refresh_from_db()
    report.withdrawal_reason = "por error"
    report.save()
    assert Report.objects.get().withdrawal_reason == "por error"


@pytest.mark.django_db(transaction=True)
def test_what_is_said_of_a_cassette_while_it_is_being_finalized_is_refused(paula):
    draft = factories.draft_report(paula.staff_member.pathologist)
    asked, answers = Event(), []

    def write() -> None:
        asked.set()
        answers.append(refused(lambda: ReportCassette.objects.update(observation="tarde")))
        connection.close()

    late = Thread(target=write)
    with transaction.atomic():
        finalize_report(paula, draft.pk)
        late.start()
        asked.wait(5)
        late.join(0.3)
        assert late.is_alive()
    late.join(10)
    assert answers == [True]
    assert ReportCassette.objects.get().observation == ""
