"""Freezing: the long texts stay where they were written, and only their lengths are read."""

import pgtrigger
import pytest

from lims.documents.reports import document
from lims.errors import Incomplete
from lims.models import Report
from lims.models.reports import TEXT_FIELDS
from lims.services.reports.finalizing import finalize_report
from pdfcache.errors import DocumentGone
from tests import factories

HOSTILE = "Ñandú <b>\\u0041 \\n {} %s 'x' \"y\" 😀\n\n\t¿?"


def test_the_long_texts_are_frozen_as_they_are_written(paula):
    draft = factories.draft_report(
        paula.staff_member.pathologist,
        factories.ready_protocol(specimens=3),
        **dict.fromkeys(TEXT_FIELDS, HOSTILE),
    )
    for row in draft.cassettes.all():
        row.observation, row.partial_diagnosis = f"{HOSTILE} {row.position}", HOSTILE
        row.save()
    report = finalize_report(paula, draft.pk)
    seal = document.Seal(report.finalized_at, report.verification_token, report.verification_code)
    frozen = document.frozen(report.pk)
    assert frozen == document.snapshot(report.pk, seal)
    assert frozen["texts"] == dict.fromkeys(TEXT_FIELDS, HOSTILE)
    said = [cassette["observation"] for cassette in frozen["cassettes"]]
    assert said == [f"{HOSTILE} {position}" for position in range(len(said))]
    assert len(said) == 3
    assert HOSTILE not in str(report.snapshot)


def test_a_report_that_was_frozen_with_its_texts_shows_just_those(paula, draft):
    report = finalize_report(paula, draft.pk)
    whole = document.frozen(report.pk)
    whole["texts"]["comments"] = whole["cassettes"][0]["observation"] = "como entonces"
    with pgtrigger.ignore("lims.Report:keep_frozen"):
        Report.objects.update(snapshot=whole)
    assert document.frozen(report.pk) == whole


def test_a_draft_and_what_is_gone_are_not_frozen(draft):
    for pk in (draft.pk, draft.pk + 1):
        with pytest.raises(DocumentGone):
            document.frozen(pk)


def test_a_report_that_says_nothing_of_cassettes_freezes_none(paula, draft):
    draft.cassettes.all().delete()
    report = finalize_report(paula, draft.pk)
    assert report.snapshot["cassettes"] == document.frozen(report.pk)["cassettes"] == []


@pytest.mark.parametrize("where", ["text", "cassette"])
def test_a_field_too_long_for_any_paper_is_refused_though_only_its_length_is_read(
    paula, draft, monkeypatch, where
):
    if where == "text":
        Report.objects.update(macroscopic="ñ" * 3_001)
    else:
        draft.cassettes.update(observation="ñ" * 3_001)
    monkeypatch.setattr("lims.documents.paper.limits.MAX_FIELD_CHARACTERS", 3_000)
    with pytest.raises(Incomplete):
        finalize_report(paula, draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.snapshot) == ("draft", None)
    monkeypatch.setattr("lims.documents.paper.limits.MAX_FIELD_CHARACTERS", 3_001)
    assert finalize_report(paula, draft.pk).status == "finalized"
