"""add_cassettes, remove_cassette: codes go up and are never used again, and a second click makes none."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible, StaleEdit
from lims.models import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    Delivery,
    Protocol,
    ProtocolHistory,
    Slide,
    Specimen,
    Veterinarian,
)
from lims.services.bench.cassettes import NewCassette, add_cassettes, remove_cassette
from lims.services.bench.locking import AT_ONCE_MAX, EVER_MAX
from tests import factories


def received(**fields) -> Protocol:
    """Return a received sample of tissue with two specimens and nothing on its bench."""
    protocol = factories.ProtocolFactory(**{"status": "received"} | fields)
    for label, site in (("A", "Piel"), ("B", "Bazo")):
        Specimen.objects.create(protocol=protocol, label=label, site=site)
    return protocol


def codes(protocol: Protocol) -> list[str]:
    return list(protocol.cassettes.values_list("code", flat=True))


def test_several_are_made_at_once_with_the_site_as_material(ana):
    protocol = received(number="HP 26/123")
    first, second = protocol.specimens.all()
    specs = [
        NewCassette(first.pk),
        NewCassette(first.pk, "Margen", "multi_cut", " rosa "),
        NewCassette(second.pk),
    ]
    made = add_cassettes(ana, protocol.pk, specs)
    assert [cassette.code for cassette in made] == ["HP 26/123-C1", "HP 26/123-C2", "HP 26/123-C3"]
    assert [cassette.material for cassette in made] == ["Piel", "Margen", "Bazo"]
    assert (made[1].specimen_id, made[1].type, made[1].colour) == (first.pk, "multi_cut", "rosa")


def test_a_received_sample_is_in_process_from_then_on_and_its_vet_is_told_if_so_wished(ana, bruno):
    Veterinarian.objects.filter(user=bruno).update(notify_on_processing=True)
    protocol = received(veterinarian=bruno.veterinarian)
    add_cassettes(ana, protocol.pk, [NewCassette()])
    add_cassettes(ana, protocol.pk, [NewCassette()])
    protocol.refresh_from_db()
    assert protocol.status == "processing"
    moved = ProtocolHistory.objects.get()
    assert (moved.before, moved.after, moved.by) == ("received", "processing", ana)
    assert Delivery.objects.get().protocol_event == moved


def test_a_second_click_is_told_and_makes_none(ana):
    protocol = received()
    add_cassettes(ana, protocol.pk, [NewCassette()], last=0)
    with pytest.raises(StaleEdit):
        add_cassettes(ana, protocol.pk, [NewCassette()], last=0)
    assert Cassette.objects.count() == 1
    add_cassettes(ana, protocol.pk, [NewCassette()], last=1)
    assert Cassette.objects.count() == 2


def test_a_code_of_one_that_was_removed_is_never_used_again(ana):
    protocol = received()
    add_cassettes(ana, protocol.pk, [NewCassette()] * 2)
    remove_cassette(ana, protocol.cassettes.last().pk)
    add_cassettes(ana, protocol.pk, [NewCassette()])
    assert codes(protocol) == [f"{protocol.number}-C1", f"{protocol.number}-C3"]


@pytest.mark.parametrize("status", ["submitted", "ready", "reported", "rejected"])
def test_another_state_is_refused_and_nothing_changes(ana, status):
    protocol = received(status=status)
    with pytest.raises(InvalidTransition):
        add_cassettes(ana, protocol.pk, [NewCassette()])
    assert not Cassette.objects.exists()
    assert not ProtocolHistory.objects.exists()


def test_vets_may_not_and_drafts_are_not_there(bruno, ana):
    protocol = received(veterinarian=bruno.veterinarian)
    with pytest.raises(NotAllowed):
        add_cassettes(bruno, protocol.pk, [NewCassette()])
    draft = received(status="draft", number=None)
    for pk in (draft.pk, 0):
        with pytest.raises(NotVisible):
            add_cassettes(ana, pk, [NewCassette()])
    assert not Cassette.objects.exists()


def wrong_specs() -> list:
    return [
        [],
        [NewCassette()] * (AT_ONCE_MAX + 1),
        [NewCassette(material="x" * 301)],
        [NewCassette(colour="x" * 31)],
    ]


@pytest.mark.parametrize("specs", wrong_specs())
def test_wrong_input_is_refused_whole(ana, specs):
    protocol = received()
    with pytest.raises(Incomplete):
        add_cassettes(ana, protocol.pk, specs)
    protocol.refresh_from_db()
    assert (protocol.status, protocol.last_cassette, Cassette.objects.count()) == ("received", 0, 0)


def test_specimens_of_another_sample_and_cells_are_refused(ana):
    other = received().specimens.first()
    with pytest.raises(Incomplete):
        add_cassettes(ana, received().pk, [NewCassette(), NewCassette(other.pk)])
    with pytest.raises(Incomplete):
        add_cassettes(ana, received(kind="cytology").pk, [NewCassette()])
    assert not Cassette.objects.exists()


def test_a_sample_has_only_so_many(ana):
    protocol = received(last_cassette=EVER_MAX - 1)
    add_cassettes(ana, protocol.pk, [NewCassette()])
    with pytest.raises(Incomplete):
        add_cassettes(ana, protocol.pk, [NewCassette()])


def test_hostile_text_is_text(ana):
    protocol = received()
    hostile = "<b>R&D</b> \0'; DROP"
    (made,) = add_cassettes(ana, protocol.pk, [NewCassette(material=hostile)])
    made.refresh_from_db()
    assert made.material == hostile.replace("\0", "")


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_number(ana, count, django_assert_max_num_queries):
    protocol = received()
    with django_assert_max_num_queries(12):
        add_cassettes(ana, protocol.pk, [NewCassette()] * count)


def hangs(protocol: Protocol, ana) -> list:
    """Put something on each of four cassettes, and return them."""
    staged, cut, asked, plain = protocol.cassettes.all()
    CassetteStage.objects.create(cassette=staged, stage="fixation", at=protocol.received_at, by=ana)
    Slide.objects.create(protocol=protocol, code="S1").cassettes.add(cut)
    AdditionalRequest.objects.create(protocol=protocol, kind="more_cuts", cassette=asked, requested_by=ana)
    CassetteStage.objects.create(cassette=plain, stage="cassetting", at=protocol.received_at, by=ana)
    return [staged, cut, asked]


def test_only_one_on_which_nothing_hangs_is_removed(ana):
    protocol = received()
    add_cassettes(ana, protocol.pk, [NewCassette()] * 4)
    used = hangs(protocol, ana)
    for cassette in used:
        with pytest.raises(InvalidTransition):
            remove_cassette(ana, cassette.pk)
    plain = protocol.cassettes.last()
    assert remove_cassette(ana, plain.pk) == protocol
    with pytest.raises(NotVisible):
        remove_cassette(ana, plain.pk)
    assert list(protocol.cassettes.all()) == used


def test_none_is_removed_by_vets_or_once_it_is_ready(ana, bruno):
    protocol = received(veterinarian=bruno.veterinarian)
    (made,) = add_cassettes(ana, protocol.pk, [NewCassette()])
    with pytest.raises(NotAllowed):
        remove_cassette(bruno, made.pk)
    Protocol.objects.update(status="ready")
    with pytest.raises(InvalidTransition):
        remove_cassette(ana, made.pk)


@pytest.mark.django_db(transaction=True)
def test_makers_at_once_never_give_a_code_twice(ana):
    protocol = received()

    def make(_number: int) -> None:
        try:
            add_cassettes(ana, protocol.pk, [NewCassette()] * 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    assert sorted(codes(protocol)) == sorted(f"{protocol.number}-C{number}" for number in range(1, 17))
    assert ProtocolHistory.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_trace(ana):
    protocol = received()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add_cassettes(ana, protocol.pk, [NewCassette()])
        raise ZeroDivisionError
    protocol.refresh_from_db()
    assert (protocol.status, protocol.last_cassette) == ("received", 0)
    add_cassettes(ana, protocol.pk, [NewCassette()])
    assert codes(protocol) == [f"{protocol.number}-C1"]
