"""A report's states: what each verb makes of a report in each of them."""

import pgtrigger
import pytest

from lims.errors import InvalidTransition
from lims.models import Report, ReportHistory, ReportStatus
from lims.services.reports.amending import withdraw_report
from lims.services.reports.finalizing import finalize_report
from lims.services.reports.publishing import retry_publishing
from tests import factories
from tests.running import run_jobs

pytestmark = pytest.mark.django_db


def report_in(author, status: str) -> Report:
    if status == "draft":
        return factories.draft_report(author)
    if status == "finalized":
        return factories.finalized_report(author)
    return factories.archived_report(author, status=status)


def state(report: Report) -> str:
    return Report.objects.values_list("status", flat=True).get(pk=report.pk)


def outcome(verb, report: Report) -> str:
    """Return the state in which a verb leaves a report, or that it was refused and left it as it was."""
    before = state(report)
    try:
        verb(report)
    except InvalidTransition:
        assert state(report) == before
        return "refused"
    return state(report)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "finalized"),
        ("finalized", "refused"),
        ("issued", "refused"),
        ("superseded", "refused"),
        ("withdrawn", "refused"),
    ],
)
def test_finalizing(author, paula, before, after):
    report = report_in(author, before)
    assert outcome(lambda one: finalize_report(paula, one.pk), report) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "refused"),
        ("finalized", "refused"),
        ("issued", "withdrawn"),
        ("superseded", "refused"),
        ("withdrawn", "refused"),
    ],
)
def test_withdrawing(author, paula, before, after):
    report = report_in(author, before)
    assert outcome(lambda one: withdraw_report(paula, one.pk, "Muestra cambiada"), report) == after


@pytest.mark.parametrize("before", ReportStatus.values)
def test_issuing_is_for_finalized_ones_alone_and_nothing_to_do_for_others(author, buckets, before):
    report = factories.finalized_report(author)
    if before != "finalized":
        archived = factories.archived_report(author)
        kept = {field.attname: getattr(archived, field.attname) for field in Report._meta.concrete_fields}
        unkept = {"id", "protocol_id", "verification_token", "verification_code"}
        values = {name: value for name, value in kept.items() if name not in unkept} | {"status": before}
        if before == "draft":
            values |= {"snapshot": None, "finalized_at": None}
        with pgtrigger.ignore("lims.Report:keep_frozen"):
            Report.objects.filter(pk=report.pk).update(**values)
    run_jobs("publish_report")
    assert state(report) == ("issued" if before == "finalized" else before)
    assert ReportHistory.objects.filter(report=report, action="issued").exists() == (before == "finalized")


@pytest.mark.parametrize("replaced", ["issued", "withdrawn"])
def test_only_an_issued_one_is_superseded_by_the_next(author, buckets, replaced):
    first = factories.archived_report(author)
    draft = factories.draft_report(author, factories.ready_protocol())
    Report.objects.filter(pk=first.pk).update(status=replaced)
    Report.objects.filter(pk=draft.pk).update(
        protocol=first.protocol, version=2, replaces=first, amendment_reason="Corrige el margen"
    )
    draft.diagnoses.update(specimen=first.protocol.specimens.get())
    draft.cassettes.update(cassette=first.protocol.cassettes.get())
    finalize_report(author.staff_member.user, draft.pk)
    run_jobs("publish_report")
    expected = {"issued": "superseded", "withdrawn": "withdrawn"}[replaced]
    assert (state(first), state(draft)) == (expected, "issued")


@pytest.mark.parametrize("before", ReportStatus.values)
def test_trying_again_moves_nothing_and_is_for_finalized_ones(author, ana, before):
    report = report_in(author, before)
    expected = "finalized" if before == "finalized" else "refused"
    assert outcome(lambda one: retry_publishing(ana, one.pk), report) == expected
