"""Every cell of the table of transitions, in bulk: as the preview foresees it, it is done or refused."""

from itertools import product

import pytest

from lims.errors import Incomplete, NotAllowed
from lims.models import Protocol, ProtocolHistory, ProtocolStatus, Role
from lims.services.operations import registry
from tests import factories
from tests.operating import finish_bench, reasons, start, submitted, work
from tests.transitions import PROTOCOL

pytestmark = pytest.mark.django_db
ACTIONS = {
    "receive-protocols": ProtocolStatus.RECEIVED,
    "process-protocols": ProtocolStatus.PROCESSING,
    "ready-protocols": ProtocolStatus.READY,
}
NUMBERLESS = ("draft", "submitted", "rejected")


@pytest.fixture
def protocol(bruno) -> Protocol:
    """One of Bruno's that lacks nothing on the bench."""
    (made,) = submitted(1, [bruno.veterinarian])
    finish_bench([made], bruno)
    return made


def put(protocol: Protocol, state: str) -> None:
    number = None if state in NUMBERLESS else "HP 26/777"
    Protocol.objects.filter(pk=protocol.pk).update(status=state, number=number)


@pytest.mark.parametrize(("before", "action"), [*product(ProtocolStatus, ACTIONS)])
def test_each_is_done_or_refused_by_the_one_table(ana, protocol, before, action):
    put(protocol, before)
    wanted = ACTIONS[action]
    chosen = Protocol.objects.filter(pk=protocol.pk)
    foreseen = registry.get(action).preview(ana, chosen)
    if before == ProtocolStatus.DRAFT:
        # Staff do not know of it.
        assert (foreseen.allowed, foreseen.refused) == (0, [])
        with pytest.raises(Incomplete):
            start(ana, [protocol], action)
        assert chosen.get().status == before
        return
    allowed = (before, wanted) in PROTOCOL
    operation = work(start(ana, [protocol], action))
    assert foreseen.allowed == allowed
    assert [refused.reason for refused in foreseen.refused] == list(reasons(operation).values())
    assert bool(reasons(operation)) == (not allowed)
    assert chosen.get().status == (wanted if allowed else before)
    history = list(ProtocolHistory.objects.values_list("before", "after", "by"))
    assert history == ([(before, wanted, ana.pk)] if allowed else [])


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may(protocol, action, ana, paula, alma, bruno):
    for user in (ana, paula, alma):
        assert registry.get(action).allows(user)
        assert start(user, [protocol], action).requested_by == user
    assert not any(each.allows(bruno) for each in registry.every())
    with pytest.raises(NotAllowed):
        start(bruno, [protocol], action)
    closed = factories.UserFactory(role=Role.STAFF, is_active=False)
    assert not any(each.allows(closed) for each in registry.every())


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_no_more_when_the_work_is_done_changes_nothing(protocol, action, ana):
    put(
        protocol,
        {"receive-protocols": "submitted", "process-protocols": "received"}.get(action, "processing"),
    )
    operation = start(ana, [protocol], action)
    type(ana).objects.filter(pk=ana.pk).update(role=Role.VETERINARIAN)
    work(operation)
    assert list(reasons(operation)) == [protocol.pk]
    assert not ProtocolHistory.objects.exists()
