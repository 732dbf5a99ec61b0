"""The page of reusable texts, and the list that the writing page inserts from."""

import csv
import io

import pytest

from lims.models import Phrase
from lims.services.reports.phrases import add_phrase

JSON = {"HTTP_ACCEPT": "application/json"}
TYPED = {"title": "Márgenes libres", "text": "Los márgenes evaluados\r\nestán libres."}
STATEMENTS = 4


@pytest.fixture
def shared(alma) -> Phrase:
    return add_phrase(alma, "De todos", "Texto común")


def test_pathologist_adds_one_of_her_own(paula, browser):
    client = browser(paula)
    assert client.post("/phrases/", TYPED)["Location"] == "/phrases/"
    phrase = Phrase.objects.get()
    assert (phrase.owner, phrase.text) == (
        paula.staff_member.pathologist,
        "Los márgenes evaluados\nestán libres.",
    )
    assert client.get("/phrases/", **JSON).json()["results"] == [
        {"id": phrase.pk, "title": "Márgenes libres", "text": phrase.text, "shared": False}
    ]


def test_administrators_one_is_everybodys_and_only_theirs_to_change(alma, paula, ana, shared, browser):
    for user in (paula, ana):
        client = browser(user)
        page = client.get("/phrases/").content.decode()
        assert "Texto común" in page and f"/phrases/{shared.pk}/" not in page
        assert client.post(f"/phrases/{shared.pk}/", TYPED).status_code == 403
        assert client.post(f"/phrases/{shared.pk}/remove/").status_code == 403
    assert browser(alma).post(f"/phrases/{shared.pk}/", TYPED).status_code == 302
    assert Phrase.objects.get().title == "Márgenes libres"


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"text": ""}, {"title": "x" * 101}, {"text": "x" * 5_001}]
)
@pytest.mark.parametrize("new", [True, False])
def test_mistake_is_told_beside_its_field_and_keeps_what_was_typed(changes, new, paula, browser):
    phrase = add_phrase(paula, "Mía", "Texto")
    client = browser(paula)
    address = "/phrases/" if new else f"/phrases/{phrase.pk}/"
    (field,) = changes
    answer = client.post(address, TYPED | changes)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'id="id_{"new" if new else f"phrase-{phrase.pk}"}-{field}_error"' in page
    assert "Márgenes" in page or field == "title"
    assert Phrase.objects.get().title == "Mía"


def test_removed_phrase_is_gone(paula, browser):
    phrase = add_phrase(paula, "Mía", "Texto")
    assert browser(paula).post(f"/phrases/{phrase.pk}/remove/")["Location"] == "/phrases/"
    assert not Phrase.objects.exists()


def test_staff_may_read_but_add_none(ana, browser):
    client = browser(ana)
    assert 'name="title"' not in client.get("/phrases/").content.decode()
    assert client.post("/phrases/", TYPED).status_code == 403


def test_statements_do_not_grow(paula, browser, django_assert_num_queries):
    client = browser(paula)
    for _round in range(2):
        for number in range(5):
            add_phrase(paula, f"Frase {number}", "Texto")
        with django_assert_num_queries(STATEMENTS):
            client.get("/phrases/")


def test_csv_has_those_that_the_reader_sees(paula, ana, shared, browser):
    add_phrase(paula, "=Mía", "Dos\nlíneas")
    answer = browser(paula).get("/phrases/?format=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    assert sorted(lines[1:]) == [
        ["'=Mía", "Dos\nlíneas", "Paula Rivas"],
        ["De todos", "Texto común", "De todos"],
    ]
    assert b"=M" not in b"".join(browser(ana).get("/phrases/?format=csv").streaming_content)
    assert 'href="/phrases/?format=csv" download' in browser(ana).get("/phrases/").content.decode()
