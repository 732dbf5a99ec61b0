"""The page on which a vet writes a protocol: begun, saved by itself, submitted, deleted."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from lims.models import Protocol
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
ROW = {"specimen-0-label": "A", "specimen-0-site": "Piel, flanco", "specimen-0-side": "left"}
TYPED = {
    "edit_version": "1",
    "animal": "Mora",
    "species": "Canino",
    "sex": "female",
    "neutered": "true",
    "weight_kg": "12,5",
    "collected_on": "2026-01-05",
    "owner_last_names": "Pérez",
    "preservation": "Formol 10 %",
    "containers_declared": "2",
    "specimen-0-pieces": "1",
    **ROW,
}


@pytest.fixture
def vet(bruno):
    return factories.verify(bruno)


@pytest.fixture
def client(vet, browser):
    return browser(vet)


@pytest.fixture
def draft(client):
    pk = client.post("/protocols/new/", {"kind": "histopathology"}, **JSON).json()["id"]
    return Protocol.objects.get(pk=pk)


def edit(draft) -> str:
    return f"/protocols/{draft.pk}/edit/"


def test_browser_keeps_no_page_that_would_be_older_than_the_draft(client, draft):
    wrong = client.post(edit(draft), TYPED | {"weight_kg": "mucho"})
    for page in (client.get(edit(draft)), wrong):
        assert page["Cache-Control"] == "no-store"


def test_double_click_begins_one_draft(client, draft):
    again = client.post("/protocols/new/", {"kind": "histopathology"})
    assert again["Location"] == edit(draft)
    assert Protocol.objects.count() == 1


def test_unknown_kind_is_refused(client):
    answer = client.post("/protocols/new/", {"kind": "autopsy"}, **JSON)
    assert (answer.status_code, list(answer.json()["fields"])) == (409, ["kind"])


def test_page_saves_what_is_typed_and_shows_it_again(client, draft):
    answer = client.post(edit(draft), TYPED, **JSON)
    assert (answer.status_code, answer.json()["edit_version"]) == (200, 2)
    page = client.get(edit(draft)).content.decode()
    for shown in ('value="Mora"', 'value="12,5"', 'value="2026-01-05"', 'value="Piel, flanco"', 'value="2"'):
        assert shown in page


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(client, draft):
    wrong = {
        "weight_kg": "mucho",
        "collected_on": "2999-01-01",
        "containers_declared": "0",
        "specimen-0-pieces": "-1",
        "sex": "other",
    }
    answer = client.post(edit(draft), TYPED | wrong, **JSON)
    assert (answer.status_code, answer.json()["kind"]) == (409, "incomplete")
    # The day of tomorrow is told once the rest makes sense.
    assert set(answer.json()["fields"]) == set(wrong) - {"collected_on"}
    page = client.post(edit(draft), TYPED | wrong)
    assert page.status_code == 409
    assert 'value="mucho"' in page.content.decode() and 'value="Mora"' in page.content.decode()
    late = client.post(edit(draft), TYPED | {"collected_on": "2999-01-01"}, **JSON)
    assert list(late.json()["fields"]) == ["collected_on"]
    draft.refresh_from_db()
    assert (draft.animal, draft.lock_version) == ("", 1)


def test_two_specimens_of_one_label_are_told_apart(client, draft):
    second = {
        name.replace("-0-", "-3-"): value for name, value in TYPED.items() if name.startswith("specimen")
    }
    answer = client.post(edit(draft), TYPED | second, **JSON)
    assert list(answer.json()["fields"]) == ["specimen-3-label"]


def test_second_window_is_told_and_nothing_is_overwritten(client, draft):
    client.post(edit(draft), TYPED, **JSON)
    late = TYPED | {"animal": "Otra"}
    assert client.post(edit(draft), late, **JSON).json()["kind"] == "stale"
    page = client.post(edit(draft), late)
    assert page.status_code == 409
    assert "Mora" in page.content.decode() and 'value="Otra"' in page.content.decode()
    draft.refresh_from_db()
    assert draft.animal == "Mora"
    # The compared page may then replace what it showed.
    assert client.post(edit(draft), late | {"edit_version": "2"}, **JSON).status_code == 200


def test_without_a_script_it_goes_on_to_the_review(client, draft):
    answer = client.post(edit(draft), TYPED | {"review": "1"})
    assert answer["Location"] == f"/protocols/{draft.pk}/"
    assert "Enviar al laboratorio" in client.get(answer["Location"]).content.decode()


def test_submitting_gives_the_code_and_the_sheet(client, draft):
    client.post(edit(draft), TYPED, **JSON)
    answer = client.post(f"/protocols/{draft.pk}/submit/", **JSON)
    assert answer.json()["code"].startswith("TMP-HP-")
    sheet = client.get(answer.json()["sheet_url"]).content.decode()
    assert answer.json()["code"] in sheet and "<svg" in sheet
    again = client.post(f"/protocols/{draft.pk}/submit/", **JSON)
    assert again.status_code == 409
    assert client.post(edit(draft), TYPED, **JSON).json()["kind"] == "closed"
    assert client.get(edit(draft))["Location"] == f"/protocols/{draft.pk}/"


def test_code_of_the_sheet_is_read_by_a_scanner(client, draft):
    client.post(edit(draft), TYPED, **JSON)
    code = client.post(f"/protocols/{draft.pk}/submit/", **JSON).json()["code"]
    sheet = client.get(f"/protocols/{draft.pk}/sheet/").content.decode()
    size = int(re.search(r'paper-qr" viewBox="0 0 (\d+) ', sheet)[1])
    picture = Image.new("L", (size * 8, size * 8), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", sheet):
        left, top, right = int(x) * 8, int(y) * 8, (int(x) + int(length)) * 8
        draw.rectangle([left, top, right - 1, top + 7], fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]


def test_incomplete_draft_says_what_is_missing_and_where(client, draft):
    page = client.get(f"/protocols/{draft.pk}/").content.decode()
    assert "/submit/" not in page
    for anchor in ("#id_animal", "#id_species", "#id_specimen-0-site"):
        assert anchor in page
    fields = client.post(f"/protocols/{draft.pk}/submit/", **JSON).json()["fields"]
    assert set(fields) == {"animal", "species", "specimens"}


def test_draft_has_no_sheet(client, draft):
    assert client.get(f"/protocols/{draft.pk}/sheet/")["Location"] == f"/protocols/{draft.pk}/"


def test_deleted_draft_is_gone(client, draft):
    assert client.post(f"/protocols/{draft.pk}/delete/")["Location"] == "/protocols/"
    assert not Protocol.objects.exists()


def test_what_papers_cannot_print_is_said(client, draft):
    answer = client.post(edit(draft), TYPED | {"clinical_history": "\N{SNOWMAN WITHOUT SNOW}𝔘"}, **JSON)
    assert "☐" in answer.json()["note"] and list(answer.json()["notes"]) == ["clinical_history"]
    answer = client.post(edit(draft), TYPED | {"edit_version": "2", "specimen-0-site": "Piel 🐮"}, **JSON)
    assert list(answer.json()["notes"]) == ["specimen-0-site"]


def test_hostile_text_is_text(client, draft):
    hostile = "<script>alert(1)</script>"
    client.post(edit(draft), TYPED | {"animal": hostile, "specimen-0-site": hostile}, **JSON)
    client.post(f"/protocols/{draft.pk}/submit/", **JSON)
    for path in (f"/protocols/{draft.pk}/", f"/protocols/{draft.pk}/sheet/", "/protocols/patients/"):
        assert hostile not in client.get(path).content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_the_specimens(rows, client, draft, django_assert_num_queries):
    typed = {f"specimen-{row}-{name}": "x" for row in range(rows) for name in ("site", "procedure")}
    typed |= {f"specimen-{row}-pieces": "1" for row in range(rows)}
    client.post(edit(draft), {key: value for key, value in TYPED.items() if key not in ROW} | typed, **JSON)
    # Session, user, draft, its specimens and sample, patients of before, the header.
    with django_assert_num_queries(7):
        assert client.get(edit(draft)).status_code == 200
