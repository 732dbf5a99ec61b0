"""start: the list is frozen as it was confirmed, once per key, or there is no operation at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actors.models import Job
from lims.errors import Incomplete, NotAllowed, NotVisible
from lims.models import Operation, Protocol
from lims.services.operations import operations, selections
from lims.services.operations.operations import Selection
from tests.factories import UserFactory
from tests.operating import start, submitted, work

RECEIVE = "receive-protocols"
pytestmark = pytest.mark.django_db


def frozen(operation: Operation) -> list[int]:
    return Operation.objects.values_list("item_ids", flat=True).get(pk=operation.pk)


def test_it_answers_with_the_ids_frozen_and_one_job_to_do(ana, bruno):
    protocols = submitted(3, [bruno.veterinarian])
    operation = start(ana, protocols)
    assert (operation.state, operation.total, operation.requested_by) == ("running", 3, ana)
    assert frozen(operation) == [protocol.pk for protocol in protocols]
    assert Job.objects.get().args == [operation.pk, 1]
    assert Protocol.objects.filter(status="received").count() == 0


def test_ids_keep_their_order_and_count_once(ana, bruno):
    first, second = (protocol.pk for protocol in submitted(2, [bruno.veterinarian]))
    operation = operations.start(ana, RECEIVE, Selection(ids=[second, first, second]))
    assert (frozen(operation), operation.total) == ([second, first], 2)


def test_all_of_a_filter_means_the_filtered_rows_as_they_are_at_the_click(ana, bruno, carla):
    protocols = submitted(6, [bruno.veterinarian, carla.veterinarian])
    rows = Protocol.objects.filter(veterinarian=carla.veterinarian).order_by("-animal")
    operation = operations.start(ana, RECEIVE, Selection(rows=rows))
    submitted(2, [carla.veterinarian])
    assert frozen(operation) == [protocol.pk for protocol in protocols[1::2]]
    work(operation)
    assert Protocol.objects.filter(status="received").count() == 3


def test_rows_that_the_user_may_not_see_are_not_among_all(ana, bruno):
    submitted(1, [bruno.veterinarian])
    submitted(2, [bruno.veterinarian], status="draft")
    assert operations.start(ana, RECEIVE, Selection(rows=Protocol.objects.all())).total == 1


@pytest.mark.parametrize(
    "selection",
    [Selection(ids=[]), Selection(rows=Protocol.objects.none()), Selection(rows=Protocol.objects.all())],
)
def test_an_empty_selection_is_refused(ana, selection):
    with pytest.raises(Incomplete, match=r"No se eligió nada"):
        operations.start(ana, RECEIVE, selection)
    assert (Operation.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize("stranger", [10**9, -1, 2**63, "draft"])
def test_an_id_that_is_not_there_for_the_user_is_refused(ana, bruno, stranger):
    if stranger == "draft":
        stranger = submitted(1, [bruno.veterinarian], status="draft")[0].pk
    ids = [protocol.pk for protocol in submitted(2, [bruno.veterinarian])]
    with pytest.raises(Incomplete, match=r"^1 de lo elegido no está") as refused:
        operations.start(ana, RECEIVE, Selection(ids=[*ids, stranger]))
    assert "ids" in refused.value.fields
    with pytest.raises(Incomplete):
        operations.start(ana, RECEIVE, Selection(ids=[stranger]))
    assert (Operation.objects.count(), Job.objects.count()) == (0, 0)


def test_a_role_that_may_not_is_refused(bruno):
    with pytest.raises(NotAllowed):
        start(bruno, submitted(1, [bruno.veterinarian]))
    assert Operation.objects.count() == 0


def test_somebody_inactive_is_refused(bruno):
    gone = UserFactory(role="staff", is_active=False)
    with pytest.raises(NotAllowed):
        start(gone, submitted(1, [bruno.veterinarian]))


def test_an_unknown_action_is_refused(ana, bruno):
    with pytest.raises(NotVisible):
        start(ana, submitted(1, [bruno.veterinarian]), "drop-tables")


def test_the_same_key_is_the_same_operation_even_once_its_rows_have_moved_on(ana, bruno):
    submitted(3, [bruno.veterinarian])
    waiting = Selection(rows=Protocol.objects.filter(status="submitted"))
    first = operations.start(ana, RECEIVE, waiting, "k1")
    work(first)
    assert operations.start(ana, RECEIVE, waiting, "k1") == first
    assert (Operation.objects.count(), Job.objects.filter(actor="expand_operation").count()) == (1, 1)


def test_the_same_key_of_another_user_is_another_operation(ana, alma, bruno):
    protocols = submitted(1, [bruno.veterinarian])
    assert start(ana, protocols, key="k1") != start(alma, protocols, key="k1")


@pytest.mark.parametrize("key", ["x" * 65, "a\0b"])
def test_a_key_that_no_form_has_is_refused(ana, bruno, key):
    with pytest.raises(Incomplete):
        start(ana, submitted(1, [bruno.veterinarian]), key=key)


@pytest.mark.django_db(transaction=True)
def test_eight_posts_at_once_with_one_key_make_one_operation(ana, bruno):
    protocols = submitted(5, [bruno.veterinarian])

    def post(_: int) -> int:
        try:
            return start(ana, protocols, key="k1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(post, range(8)))) == 1
    assert (Operation.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.parametrize("by_ids", [True, False])
def test_the_answer_takes_the_same_few_statements_for_any_number(ana, bruno, by_ids):
    counts = []
    for number in (5, 2_000):
        protocols = submitted(number, [bruno.veterinarian])
        ids = [protocol.pk for protocol in protocols]
        rows = Protocol.objects.filter(pk__gte=ids[0])
        with CaptureQueriesContext(connection) as captured:
            operations.start(ana, RECEIVE, Selection(ids=ids) if by_ids else Selection(rows=rows))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


def test_a_preview_shows_only_what_the_user_may_see(ana, bruno):
    from lims.services.operations import registry

    seen = submitted(2, [bruno.veterinarian])
    hidden = submitted(1, [bruno.veterinarian], status="draft")
    chosen = Selection(ids=[protocol.pk for protocol in seen + hidden])
    rows = selections.rows(ana, registry.get(RECEIVE), chosen)
    assert set(rows) == set(seen)


@pytest.mark.django_db(transaction=True)
def test_eight_posts_at_once_that_say_the_same_without_a_key_make_one_operation(ana, bruno):
    ids = [protocol.pk for protocol in submitted(5, [bruno.veterinarian])]

    def post(_: int) -> int:
        try:
            return operations.start(ana, RECEIVE, Selection(ids=ids), choice="ids").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(post, range(8)))) == 1
    assert (Operation.objects.count(), Job.objects.count()) == (1, 1)
