"""move: a protocol's states change by the one table, on record, and two movers never both win."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from django.db import connection, transaction

from lims.errors import InvalidTransition
from lims.models import Protocol, ProtocolHistory, ProtocolStatus
from lims.services.protocols.transitions import transition
from tests import factories
from tests.transitions import PROTOCOL


@pytest.mark.parametrize(("before", "after"), [*product(ProtocolStatus, ProtocolStatus)])
def test_every_transition_is_allowed_or_refused_by_the_one_table(ana, before, after):
    protocol = factories.ready_protocol(status=before)
    if (before, after) in PROTOCOL:
        transition(protocol, after, ana, "porque sí")
        entry = ProtocolHistory.objects.get()
        assert (entry.before, entry.after, entry.by, entry.reason) == (before, after, ana, "porque sí")
        assert protocol.status == after
    else:
        with pytest.raises(InvalidTransition):
            transition(protocol, after, ana)
        assert not ProtocolHistory.objects.exists()
        assert protocol.status == before
    protocol.refresh_from_db()
    assert protocol.status == (after if (before, after) in PROTOCOL else before)


def test_the_program_itself_moves_as_nobody(db):
    transition(factories.ProtocolFactory(), ProtocolStatus.REPORTED, None)
    assert ProtocolHistory.objects.get().by is None


def test_the_row_decides_not_what_the_caller_has_read(ana):
    protocol = factories.ProtocolFactory()
    Protocol.objects.update(status="reported")
    with pytest.raises(InvalidTransition):
        transition(protocol, ProtocolStatus.PROCESSING, ana)


def test_while_its_report_is_being_issued_it_does_not_go_back_to_the_bench(paula):
    report = factories.finalized_report(paula.staff_member.pathologist)
    with pytest.raises(InvalidTransition):
        transition(report.protocol, ProtocolStatus.PROCESSING, paula)
    transition(report.protocol, ProtocolStatus.REPORTED, paula)


def test_a_draft_does_not_keep_it_from_the_bench(paula):
    draft = factories.draft_report(paula.staff_member.pathologist)
    transition(draft.protocol, ProtocolStatus.PROCESSING, paula)
    assert draft.protocol.status == "processing"


@pytest.mark.django_db(transaction=True)
def test_of_two_movers_at_once_one_wins():
    protocol = factories.ProtocolFactory()

    def go(status) -> str:
        try:
            with transaction.atomic():
                transition(Protocol.objects.get(pk=protocol.pk), status, None)
            return status
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(go, [ProtocolStatus.REPORTED] * 4))
    assert outcomes == ["refused"] * 3 + ["reported"]
    assert ProtocolHistory.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_a_mistake_in_the_code():
    protocol = factories.ProtocolFactory()
    with pytest.raises(transaction.TransactionManagementError):
        transition(protocol, ProtocolStatus.REPORTED, None)
