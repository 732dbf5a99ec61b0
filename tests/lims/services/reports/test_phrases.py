"""The library of phrases: everybody's shared ones, each pathologist's own, and nobody else's."""

import pytest

from lims.errors import Incomplete, NotAllowed, NotVisible
from lims.models import Phrase
from lims.services.reports.phrases import add_phrase, change_phrase, list_phrases, may_change, remove_phrase
from tests import factories


@pytest.fixture
def otto(db):
    return factories.PathologistFactory().staff_member.user


def test_a_pathologists_phrase_is_their_own_and_an_administrators_everybodys(paula, alma, otto, ana):
    own = add_phrase(paula, " Márgenes ", "Libres a <x> mm.\r\n")
    shared = add_phrase(alma, "Autólisis", "Limita la evaluación.")
    assert (own.title, own.text, own.owner) == (
        "Márgenes",
        "Libres a <x> mm.\n",
        paula.staff_member.pathologist,
    )
    assert shared.owner is None
    assert [*list_phrases(paula)] == [shared, own]
    assert [*list_phrases(otto)] == [*list_phrases(alma)] == [*list_phrases(ana)] == [shared]


def test_owners_change_and_remove_their_own(paula):
    phrase = add_phrase(paula, "Uno", "uno")
    for _ in range(2):
        change_phrase(paula, phrase.pk, "Dos", "dos")
    phrase.refresh_from_db()
    assert (phrase.title, phrase.text) == ("Dos", "dos")
    assert may_change(paula, phrase)
    remove_phrase(paula, phrase.pk)
    with pytest.raises(NotVisible):
        remove_phrase(paula, phrase.pk)


def test_administrators_change_and_remove_the_shared(alma):
    phrase = add_phrase(alma, "Uno", "uno")
    assert change_phrase(alma, phrase.pk, "Dos", "dos").title == "Dos"
    assert may_change(alma, phrase)
    remove_phrase(alma, phrase.pk)
    assert not Phrase.objects.exists()


def test_shared_ones_are_read_by_all_and_changed_by_administrators_alone(paula, ana, alma):
    phrase = add_phrase(alma, "Uno", "uno")
    for by in (paula, ana):
        assert not may_change(by, phrase)
        with pytest.raises(NotAllowed):
            change_phrase(by, phrase.pk, "Dos", "dos")
        with pytest.raises(NotAllowed):
            remove_phrase(by, phrase.pk)
    phrase.refresh_from_db()
    assert phrase.title == "Uno"


def test_those_of_others_are_not_there_not_even_for_administrators(paula, otto, alma, ana, bruno):
    phrase = add_phrase(paula, "Uno", "uno")
    for by in (otto, alma, ana, bruno):
        with pytest.raises(NotVisible):
            change_phrase(by, phrase.pk, "Dos", "dos")
        with pytest.raises(NotVisible):
            remove_phrase(by, phrase.pk)
    assert Phrase.objects.get().title == "Uno"


def test_staff_add_none_and_vets_see_none(ana, bruno):
    for by in (ana, bruno):
        with pytest.raises(NotAllowed):
            add_phrase(by, "Uno", "uno")
    with pytest.raises(NotAllowed):
        list_phrases(bruno)


@pytest.mark.parametrize(
    ("title", "text", "fields"),
    [
        ("", " ", {"title", "text"}),
        (" ", "x", {"title"}),
        ("x", "\n", {"text"}),
        ("x" * 101, "x" * 5_001, {"title", "text"}),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(paula, title, text, fields):
    with pytest.raises(Incomplete) as refusal:
        add_phrase(paula, title, text)
    assert set(refusal.value.fields) == fields
    phrase = add_phrase(paula, "x" * 100, "x" * 5_000)
    with pytest.raises(Incomplete):
        change_phrase(paula, phrase.pk, title, text)
    assert Phrase.objects.get().title == "x" * 100


def test_what_no_row_can_hold_is_left_out(paula):
    assert add_phrase(paula, "a\0b", "c\0d").text == "cd"
