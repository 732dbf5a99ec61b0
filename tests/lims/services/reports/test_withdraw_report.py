"""withdraw_report: an issued report is withdrawn for a reason, once, and everybody who had it is told."""

import pytest

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import Delivery, Report
from lims.services.reports import amending
from lims.services.reports.amending import withdraw_report
from tests import factories


@pytest.fixture
def issued(paula, bruno) -> Report:
    protocol = factories.ready_protocol(bruno.veterinarian, status="reported")
    return factories.archived_report(paula.staff_member.pathologist, protocol)


def test_it_is_withdrawn_on_record_and_stays_where_it_is(paula, issued):
    before = (issued.archive_key, issued.sha256, issued.verification_token, issued.issued_at)
    withdraw_report(paula, issued.pk, " Muestra cambiada\r\n")
    issued.refresh_from_db()
    assert (issued.status, issued.withdrawal_reason) == ("withdrawn", "Muestra cambiada")
    assert issued.withdrawn_at >= issued.issued_at
    assert (issued.archive_key, issued.sha256, issued.verification_token, issued.issued_at) == before
    assert [(entry.action, entry.by, entry.note) for entry in issued.history.all()][-1] == (
        "withdrawn",
        paula,
        "Muestra cambiada",
    )


def test_its_vet_is_told_once(paula, bruno, issued):
    withdraw_report(paula, issued.pk, "Muestra cambiada")
    with pytest.raises(InvalidTransition):
        withdraw_report(paula, issued.pk, "Muestra cambiada")
    [delivery] = Delivery.objects.all()
    assert (delivery.kind, delivery.recipient, delivery.report) == ("report_withdrawn", bruno, issued)


def test_whoever_cannot_be_told_keeps_it_from_being_withdrawn(paula, issued, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(amending, "announce", fail)
    with pytest.raises(RuntimeError):
        withdraw_report(paula, issued.pk, "Muestra cambiada")
    issued.refresh_from_db()
    assert (issued.status, issued.withdrawn_at, issued.history.count()) == ("issued", None, 0)


@pytest.mark.parametrize("reason", ["", "\t", "x" * 2_001])
def test_it_needs_a_reason_that_fits(paula, issued, reason):
    with pytest.raises(Incomplete) as refusal:
        withdraw_report(paula, issued.pk, reason)
    assert set(refusal.value.fields) == {"reason"}
    issued.refresh_from_db()
    assert issued.status == "issued"


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("ana", NotAllowed),
        ("alma", NotAllowed),
        ("bruno", NotAllowed),
        ("carla", NotVisible),
        ("otto", NotAllowed),
    ],
)
def test_nobody_else_may(request, issued, who, error):
    otto = factories.PathologistFactory().staff_member.user
    by = otto if who == "otto" else request.getfixturevalue(who)
    with pytest.raises(error):
        withdraw_report(by, issued.pk, "ajeno")
    issued.refresh_from_db()
    assert issued.status == "issued"
