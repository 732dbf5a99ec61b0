"""find and by_code: what the public learns of an issued report, and that it learns nothing of any other."""

import dataclasses

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lims.models import Report
from lims.services.reports import verification
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.running import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]

MALFORMED = [
    *("", "x", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 31 + "\n", "\x00" * 32),
    *("' OR 1=1 --", "../../etc/passwd", "ñ" * 32, "٣" * 32, "0" * 100_000),
]
UNKNOWN = "0" * 32


@pytest.fixture
def report(paula, bruno) -> Report:
    factories.laboratory(name="Laboratorio del Sur")
    protocol = factories.ready_protocol(
        bruno.veterinarian, owner_first_names="Juana", owner_last_names="López Díaz", chip="985000000000001"
    )
    return factories.issued_report(paula.staff_member.pathologist, protocol)


def amend(report: Report, paula) -> Report:
    second = finalize_report(paula, amend_report(paula, report.pk, "Corrige el margen").pk)
    run_jobs("publish_report")
    second.refresh_from_db()
    return second


def test_an_issued_report_is_authentic_and_current(report):
    found = verification.find(report.verification_token)
    assert (found.status, found.is_current, found.newest_version) == ("issued", True, None)
    assert (found.number, found.version) == (report.protocol.number, 1)
    assert (found.laboratory, found.signer) == ("Laboratorio del Sur", "Paula Rivas")
    assert found.licence == report.author.licence
    assert (found.pages, found.sha256, found.size_bytes) == (report.pages, report.sha256, report.size_bytes)
    assert found.issued_at == report.issued_at
    assert (found.species, found.owner) == ("Canino", "L***")


def test_nothing_of_the_patient_is_in_it(report):
    shown = str(dataclasses.asdict(verification.find(report.verification_token)))
    for secret in ("Firulais", "López", "Juana", "985000000000001", "Mastocitoma", "bruno", "Bruno"):
        assert secret not in shown


def test_it_says_what_was_printed_whatever_was_renamed_since(report, paula):
    factories.laboratory(name="Otro nombre")
    paula.staff_member.first_names = "Otra"
    paula.staff_member.save()
    found = verification.find(report.verification_token)
    assert (found.laboratory, found.signer) == ("Laboratorio del Sur", "Paula Rivas")


def test_a_superseded_one_names_the_newest_version(report, paula):
    second = amend(report, paula)
    third = amend(second, paula)
    for version, old in enumerate((report, second), start=1):
        found = verification.find(old.verification_token)
        assert (found.status, found.version) == ("superseded", version)
        assert (found.newest_version, found.newest_status) == (3, "issued")
    assert verification.find(third.verification_token).is_current


def test_a_withdrawn_one_says_so_and_since_when(report, paula):
    withdraw_report(paula, report.pk, "Muestra equivocada")
    found = verification.find(report.verification_token)
    assert (found.status, found.newest_version) == ("withdrawn", None)
    assert found.withdrawn_at is not None
    assert "Muestra" not in str(found)


def test_superseded_by_one_that_was_withdrawn_says_both(report, paula):
    withdraw_report(paula, amend(report, paula).pk, "Muestra equivocada")
    found = verification.find(report.verification_token)
    assert (found.status, found.newest_version, found.newest_status) == ("superseded", 2, "withdrawn")


def test_what_is_not_issued_yet_is_unknown(report, paula):
    draft = amend_report(paula, report.pk, "Corrige el margen")
    finalized = finalize_report(paula, draft.pk)
    assert verification.find(finalized.verification_token) is None
    assert verification.by_code(finalized.verification_code) is None
    found = verification.find(report.verification_token)
    assert found.is_current and found.newest_version is None


@pytest.mark.parametrize("token", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_token_is_answered_as_an_unknown_one_by_the_same_statement(report, token):
    with CaptureQueriesContext(connection) as unknown:
        assert verification.find(UNKNOWN) is None
    with CaptureQueriesContext(connection) as malformed:
        assert verification.find(token) is None
    asked = [query["sql"].replace(f"'{UNKNOWN}'", f"'{verification.NOBODYS}'") for query in unknown]
    assert len(asked) == 1
    assert asked == [query["sql"] for query in malformed]


def test_the_short_code_leads_to_the_token_however_it_is_typed(report):
    code = report.verification_code
    grouped = f" {code[:4]}-{code[4:8]} {code[8:]}\n"
    for typed in (code, code.lower(), grouped, ".".join(code)):
        assert verification.by_code(typed) == report.verification_token


@pytest.mark.parametrize("code", [*MALFORMED, "2" * 12, "2" * 11, "2" * 13], ids=range(len(MALFORMED) + 3))
def test_an_unknown_or_malformed_code_leads_nowhere_by_one_statement(report, code, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert verification.by_code(code) is None


def test_an_owner_without_a_surname_is_no_letter(report):
    with pgtrigger.ignore("lims.Report:keep_frozen"):
        Report.objects.update(snapshot=report.snapshot | {"owner": {"name": "", "surname": " "}})
    assert verification.find(report.verification_token).owner == ""
