"""The largest drafts that the services allow are saved by their pages as any other."""

from urllib.parse import urlencode

import pytest
from django.conf import settings

from lims.models import Cassette, Report, ReportCassette, ReportDiagnosis, Specimen
from lims.models.reports import TEXT_FIELDS, TEXT_MAX
from lims.services.bench import locking
from lims.services.protocols.submission_content import SPECIMENS_MAX
from lims.services.reports.content import SYNOPTIC_ROWS_MAX
from tests import factories
from tests.submitting import complete_draft

FORM = {"content_type": "application/x-www-form-urlencoded", "HTTP_ACCEPT": "application/json"}
# Version, preliminary or not, the token.
BESIDE_TEXTS = 3
PER_SPECIMEN = 1 + 2 * SYNOPTIC_ROWS_MAX
PER_CASSETTE = 2
# The most that there can be take a minute.
CASSETTES = 500


@pytest.fixture
def draft(paula, bruno) -> Report:
    """A draft with as many specimens as one can have, and very many cassettes."""
    protocol = factories.ready_protocol(bruno.veterinarian)
    more = range(2, SPECIMENS_MAX + 1)
    Specimen.objects.bulk_create(Specimen(protocol=protocol, label=str(n), site="Piel") for n in more)
    more = range(2, CASSETTES + 1)
    code = protocol.number
    Cassette.objects.bulk_create(
        Cassette(protocol=protocol, code=f"{code}-C{n}", material="Piel") for n in more
    )
    report = Report.objects.create(protocol=protocol, author=paula.staff_member.pathologist)
    ReportDiagnosis.objects.bulk_create(
        ReportDiagnosis(report=report, position=at, specimen=one, heading=str(one))
        for at, one in enumerate(protocol.specimens.all())
    )
    ReportCassette.objects.bulk_create(
        ReportCassette(report=report, position=at, cassette=one)
        for at, one in enumerate(protocol.cassettes.all())
    )
    return report


def test_report_with_everything_that_it_can_have_is_saved(paula, draft, browser):
    sent: dict = dict.fromkeys(TEXT_FIELDS, "ñ" * TEXT_MAX) | {"edit_version": draft.lock_version}
    for row in draft.diagnoses.all():
        sent[f"diagnosis-{row.pk}"] = "ñ" * 5_000
        sent[f"synoptic-{row.pk}-element"] = sent[f"synoptic-{row.pk}-answer"] = ["ñ"] * SYNOPTIC_ROWS_MAX
    for part in draft.cassettes.all():
        sent |= {f"observation-{part.pk}": "ñ" * 1_000, f"partial_diagnosis-{part.pk}": "Negativo"}
    answer = browser(paula).post(f"/reports/{draft.pk}/write/", urlencode(sent, doseq=True), **FORM)
    assert answer.status_code == 200, answer.content
    assert draft.cassettes.filter(partial_diagnosis="Negativo").count() == CASSETTES
    assert len(draft.diagnoses.last().synoptic) == SYNOPTIC_ROWS_MAX


def test_as_many_fields_are_read_as_a_draft_can_have():
    of_specimens, of_cassettes = PER_SPECIMEN * SPECIMENS_MAX, PER_CASSETTE * locking.EVER_MAX
    most = BESIDE_TEXTS + len(TEXT_FIELDS) + of_specimens + of_cassettes
    assert most <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_submission_with_as_many_specimens_as_it_can_have_is_saved(bruno, browser):
    draft = complete_draft(factories.verify(bruno))
    rows = range(SPECIMENS_MAX)
    sent = {"edit_version": draft.lock_version, "animal": "Mora", "sex": "female", "neutered": "unknown"}
    sent |= {"preservation": "Formol", "containers_declared": 1}
    sent |= {f"specimen-{row}-{name}": "ñ" * 200 for row in rows for name in ("site", "procedure")}
    sent |= {f"specimen-{row}-pieces": 500 for row in rows} | {"clinical_history": "ñ" * 10_000}
    answer = browser(bruno).post(f"/protocols/{draft.pk}/edit/", urlencode(sent), **FORM)
    assert answer.status_code == 200, answer.content
    assert draft.specimens.count() == SPECIMENS_MAX
