"""make_ready: a complete sample leaves the bench once, on record, and whoever wishes to know is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import Delivery, Notification, Protocol, ProtocolHistory, Veterinarian
from lims.services.bench.ready import begin_usual, make_all_ready, make_ready
from tests import factories

pytestmark = pytest.mark.django_db


def complete(**fields) -> Protocol:
    return factories.ready_protocol(status="processing", **fields)


def test_it_is_ready_on_record(ana):
    protocol = make_ready(ana, complete().pk)
    moved = ProtocolHistory.objects.get()
    assert (moved.before, moved.after, moved.by, protocol.status) == ("processing", "ready", ana, "ready")


def test_a_second_click_is_told_and_changes_nothing(ana):
    pk = complete().pk
    make_ready(ana, pk)
    with pytest.raises(InvalidTransition):
        make_ready(ana, pk)
    assert ProtocolHistory.objects.count() == 1


def test_only_vets_who_wish_so_are_told_and_only_in_the_portal(ana, bruno, carla):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    own, others = complete(veterinarian=bruno.veterinarian), complete(veterinarian=carla.veterinarian)
    make_all_ready(ana, [own.pk, others.pk])
    told = Notification.objects.get()
    assert (told.user, told.kind, told.subject) == (bruno, "protocol_ready", own.number)
    assert not Delivery.objects.exists()


def test_vets_may_not_and_what_is_not_there_is_not_there(ana, bruno):
    pk = complete(veterinarian=bruno.veterinarian).pk
    for verb in (lambda: make_ready(bruno, pk), lambda: make_all_ready(bruno, [pk])):
        with pytest.raises(NotAllowed):
            verb()
    for verb in (lambda: make_ready(ana, 0), lambda: make_all_ready(ana, [pk, 0])):
        with pytest.raises(NotVisible):
            verb()
    assert Protocol.objects.get().status == "processing"


def test_of_many_one_that_is_not_complete_keeps_all_and_is_named(ana):
    first, bare = complete(), factories.ProtocolFactory(status="processing")
    with pytest.raises(Incomplete, match=bare.number):
        make_all_ready(ana, [first.pk, bare.pk])
    assert not ProtocolHistory.objects.exists()


def test_of_many_one_off_the_bench_keeps_all(ana):
    first, reported = complete(), factories.ready_protocol(status="reported")
    with pytest.raises(InvalidTransition, match=reported.number):
        make_all_ready(ana, [first.pk, reported.pk])
    assert not ProtocolHistory.objects.exists()


@pytest.mark.parametrize("status", ["submitted", "ready", "reported", "rejected"])
def test_nothing_is_begun_of_what_is_not_received(ana, status):
    received = factories.ProtocolFactory(status="received")
    other = factories.ProtocolFactory(status=status)
    with pytest.raises(InvalidTransition):
        begin_usual(ana, [received.pk, other.pk])
    received.refresh_from_db()
    assert (received.status, received.cassettes.count()) == ("received", 0)


def test_vets_begin_nothing(bruno):
    protocol = factories.ProtocolFactory(status="received", veterinarian=bruno.veterinarian)
    with pytest.raises(NotAllowed):
        begin_usual(bruno, [protocol.pk])


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_wins(ana):
    pk = complete().pk

    def click(_number: int) -> str:
        try:
            return make_ready(ana, pk).status
        except InvalidTransition:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == ["ready"] + ["refused"] * 3
    assert ProtocolHistory.objects.count() == 1
