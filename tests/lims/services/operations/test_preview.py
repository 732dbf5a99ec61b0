"""preview: says before anything happens what would happen, for any number of rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lims.models import Protocol
from lims.services.operations import registry
from tests.operating import reasons, start, submitted, work

RECEIVE = "receive-protocols"
pytestmark = pytest.mark.django_db


def test_it_counts_what_would_change_and_names_what_would_not_with_its_reason(ana, bruno):
    submitted(4, [bruno.veterinarian])
    refused = submitted(3, [bruno.veterinarian], status="rejected")
    done = submitted(1, [bruno.veterinarian], status="received", number="HP 26/001")
    found = registry.get(RECEIVE).preview(ana, Protocol.objects.all())
    assert found.allowed == 4
    groups = {each.reason: (each.count, each.examples) for each in found.refused}
    assert groups == {
        "Un protocolo en estado «Rechazado» no puede pasar a «Recibido».": (
            3,
            [protocol.temporary_code for protocol in refused],
        ),
        "Un protocolo en estado «Recibido» no puede pasar a «Recibido».": (1, [done[0].number]),
    }


def test_it_says_what_the_work_then_does(ana, bruno):
    made = submitted(3, [bruno.veterinarian]) + submitted(2, [bruno.veterinarian], status="rejected")
    found = registry.get(RECEIVE).preview(ana, Protocol.objects.all())
    operation = work(start(ana, made))
    assert {each.reason for each in found.refused} == set(reasons(operation).values())
    assert Protocol.objects.filter(status="received").count() == found.allowed


def test_it_changes_nothing_and_shows_nothing_that_the_user_may_not_see(ana, bruno):
    submitted(2, [bruno.veterinarian], status="draft")
    found = registry.get(RECEIVE).preview(ana, Protocol.objects.all())
    assert (found.allowed, found.refused) == (0, [])
    assert set(Protocol.objects.values_list("status", flat=True)) == {"draft"}


def test_the_first_fifty_of_a_reason_are_named(ana, bruno):
    made = submitted(60, [bruno.veterinarian], status="rejected")
    (refused,) = registry.get(RECEIVE).preview(ana, Protocol.objects.all()).refused
    assert refused.count == 60
    assert refused.examples == [protocol.temporary_code for protocol in made[:50]]


@pytest.mark.parametrize("count", [10, 3_000])
def test_it_takes_as_many_statements_as_there_are_reasons(ana, bruno, count):
    submitted(count, [bruno.veterinarian])
    submitted(count, [bruno.veterinarian], status="rejected")
    with CaptureQueriesContext(connection) as captured:
        registry.get(RECEIVE).preview(ana, Protocol.objects.order_by("animal"))
    assert len(captured) == 2
