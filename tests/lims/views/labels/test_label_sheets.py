"""The pages of labels: choose, make, open, find again."""

import re

import pytest

from actors.models import Job
from lims.models import LabelSheet, Protocol
from lims.services.labels.sheets import make_sheet
from tests import factories
from tests.running import run_jobs

MAKE = "/labels/make/"
BENCH = "/processing/labels/"


@pytest.fixture
def protocols(bruno):
    return [factories.ready_protocol(bruno.veterinarian, specimens=2) for _ in range(2)]


def pks(things) -> list[int]:
    return [thing.pk for thing in things]


def test_what_was_chosen_on_the_list_is_asked_about_and_then_made(ana, protocols, browser):
    client = browser(ana)
    page = client.get("/labels/new/", {"ids": pks(protocols)}).content.decode()
    assert "De 2 protocolos" in page and "los casetes (4)" in page
    of = ",".join(map(str, pks(protocols)))
    assert f'name="of" value="{of}"' in page
    assert not LabelSheet.objects.exists()
    answer = client.post(MAKE, {"of": of, "parts": ["protocols", "slides"]})
    sheet = LabelSheet.objects.get()
    assert (sheet.protocol_ids, len(sheet.slide_ids), sheet.cassette_ids) == (pks(protocols), 4, [])
    assert answer["Location"] == f"/labels/{sheet.pk}/pdf/"


def test_all_that_a_filter_finds_is_all_of_it_and_no_more(ana, bruno, protocols, browser):
    factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="received")
    page = browser(ana).get("/labels/new/", {"all": "1", "filter": "status=ready", "ids": "1"})
    assert page.context["of"] == ",".join(map(str, pks(protocols)))


@pytest.mark.parametrize("query", [{}, {"ids": "x"}, {"ids": 2**70}, {"all": "1", "filter": "colour=red"}])
def test_a_choice_that_makes_no_sense_leads_back_with_a_sentence(ana, protocols, browser, query):
    answer = browser(ana).get("/labels/new/", query, follow=True)
    assert answer.redirect_chain[0][0].startswith("/protocols/")
    assert len(answer.context["messages"]) == 1


def test_things_of_the_bench_are_labelled_by_their_ids(ana, protocols, browser):
    cassettes, slides = pks(protocols[0].cassettes.all()), pks(protocols[0].slides.all())
    fields = {"protocol": protocols[1].pk, "cassette": cassettes, "slide": slides}
    answer = browser(ana).post(MAKE, fields, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["labels"]) == (201, 5)
    sheet = LabelSheet.objects.get()
    assert (sheet.protocol_ids, sheet.cassette_ids, sheet.slide_ids) == (
        [protocols[1].pk],
        cassettes,
        slides,
    )


@pytest.mark.parametrize(
    "fields", [{}, {"of": "", "parts": "protocols"}, {"protocol": "-1"}, {"cassette": "x"}, {"slide": 2**63}]
)
def test_nothing_to_print_is_told_and_makes_no_sheet(ana, browser, fields):
    assert browser(ana).post(MAKE, fields).status_code == 302
    answer = browser(ana).post(MAKE, fields, headers={"Accept": "application/json"})
    assert (answer.status_code, set(answer.json())) == (409, {"error", "fields"})
    assert not LabelSheet.objects.exists()


def test_a_refused_form_of_a_protocol_leads_back_to_it(ana, protocols, browser):
    answer = browser(ana).post(MAKE, {"of": protocols[0].pk})
    assert answer["Location"] == f"/protocols/{protocols[0].pk}/"


def test_its_pdf_is_made_once_and_opened_like_every_document(ana, protocols, browser, buckets):
    sheet = make_sheet(ana, pks(protocols))
    client = browser(ana)
    for _ in range(2):
        answer = client.get(f"/labels/{sheet.pk}/pdf/")
        assert (answer.status_code, answer["X-PDF-Cache"]) == (202, "miss")
    assert f"Etiquetas {sheet.pk}" in answer.content.decode()
    assert list(Job.objects.values_list("actor", "args")) == [("render_pdf", ["label-sheet", sheet.pk])]


def test_once_made_it_is_a_hit(ana, protocols, browser, buckets):
    sheet = make_sheet(ana, pks(protocols))
    client = browser(ana)
    client.get(f"/labels/{sheet.pk}/pdf/")
    assert [job.state for job in run_jobs("render_pdf")] == ["done"]
    answer = client.get(f"/labels/{sheet.pk}/pdf/")
    assert (answer.status_code, answer["X-PDF-Cache"]) == (302, "hit")
    # What its labels say is in its key.
    protocols[0].animal = "Otro"
    protocols[0].save()
    assert client.get(f"/labels/{sheet.pk}/pdf/").status_code == 202


def test_store_away_gives_the_labels_at_once(ana, protocols, browser, store_away):
    sheet = make_sheet(ana, pks(protocols))
    answer = browser(ana).get(f"/labels/{sheet.pk}/pdf/")
    assert (answer.status_code, answer["X-PDF-Cache"], answer.content[:5]) == (200, "inline", b"%PDF-")
    assert "etiquetas-HP-26-" in answer["Content-Disposition"]


def test_a_sheet_shows_what_its_labels_say_now(ana, protocols, browser):
    sheet = make_sheet(ana, [protocols[0].pk])
    protocols[0].animal = "<b>Ñandú</b>"
    protocols[0].save()
    page = browser(ana).get(f"/labels/{sheet.pk}/").content.decode()
    assert "&lt;b&gt;Ñandú&lt;/b&gt;" in page and "1 etiqueta" in page


def test_a_sheet_of_which_nothing_is_left_says_so(ana, protocols, browser):
    slide = protocols[0].slides.first()
    sheet = make_sheet(ana, slides=[slide.pk])
    slide.delete()
    client = browser(ana)
    assert "De esta hoja no queda nada" in client.get(f"/labels/{sheet.pk}/").content.decode()
    assert client.get(f"/labels/{sheet.pk}/pdf/").status_code == 404


def test_list_is_newest_first_in_every_form(ana, protocols, browser):
    sheets = [make_sheet(ana, [protocol.pk]) for protocol in protocols]
    client = browser(ana)
    listed = client.get("/labels/", headers={"Accept": "application/json"}).json()
    assert [row["id"] for row in listed["results"]] == pks(reversed(sheets))
    lines = b"".join(client.get("/labels/", {"format": "csv"})).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [str(sheet.pk) for sheet in reversed(sheets)]
    assert lines[1].endswith("Ana Suárez,1,0,0")


def test_statements_of_the_list_do_not_grow(ana, protocols, browser, django_assert_num_queries):
    client = browser(ana)
    for _ in range(2):
        make_sheet(ana, pks(protocols))
        # Session, user, sheets with their makers, notifications.
        with django_assert_num_queries(4):
            client.get("/labels/")


def test_protocol_offers_the_labels_that_it_has_to_the_laboratory_alone(ana, bruno, protocols, browser):
    page = browser(ana).get(f"/protocols/{protocols[0].pk}/").content.decode()
    assert "los casetes (2)" in page and "los preparados (2)" in page
    assert MAKE not in browser(bruno).get(f"/protocols/{protocols[0].pk}/").content.decode()
    assert "/labels/new/" in browser(ana).get("/protocols/").content.decode()


def keys_in(page: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', page)


def test_a_double_click_makes_one_sheet_and_leads_to_it_twice(ana, protocols, browser):
    client = browser(ana)
    (key,) = keys_in(client.get("/labels/new/", {"ids": pks(protocols)}).content.decode())
    sent = {"of": ",".join(map(str, pks(protocols))), "parts": ["protocols"], "key": key}
    answers = [client.post(MAKE, sent)["Location"] for _click in range(2)]
    assert answers == [f"/labels/{LabelSheet.objects.get().pk}/pdf/"] * 2


def test_each_form_has_a_key_of_its_own(ana, protocols, browser):
    client, path = browser(ana), f"/protocols/{protocols[0].pk}/"
    pages = [client.get(path).content.decode() for _ in range(2)]
    assert len({key for page in pages for key in keys_in(page)}) == 2


def test_gone_back_to_and_chosen_anew_is_another_sheet(ana, protocols, browser):
    client = browser(ana)
    for protocol in (*protocols, protocols[0]):
        client.post(MAKE, {"protocol": protocol.pk, "key": "k1"})
    assert sorted(sheet.protocol_ids for sheet in LabelSheet.objects.all()) == [[pk] for pk in pks(protocols)]


def test_without_a_key_or_by_somebody_else_it_is_another_sheet(ana, alma, protocols, browser):
    for user, key in ((ana, "k1"), (alma, "k1"), (ana, ""), (ana, "")):
        browser(user).post(MAKE, {"protocol": protocols[0].pk, "key": key})
    assert LabelSheet.objects.count() == 4


@pytest.mark.parametrize("key", ["k" * 65, "a\x00b", "a\nb"])
def test_a_key_of_no_form_of_ours_is_refused(key, ana, protocols, browser):
    answer = browser(ana).post(
        MAKE, {"protocol": protocols[0].pk, "key": key}, HTTP_ACCEPT="application/json"
    )
    assert answer.status_code == 409 and not LabelSheet.objects.exists()


def test_refused_on_a_work_list_it_shows_the_list_with_what_was_chosen(ana, bruno, browser):
    waiting = [factories.ProtocolFactory(status="received") for _ in range(2)]
    sent = {"protocol": [waiting[1].pk, "x"], "filter": "stage=begin"}
    answer = browser(ana).post(BENCH, sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Un identificador es un número entero." in page
    ticked = [pk for pk in pks(waiting) if re.search(rf'value="{pk}" data-code="[^"]*" checked', page)]
    assert ticked == [waiting[1].pk]
    assert browser(bruno).post(BENCH, sent).status_code == 403


def test_refused_on_a_bench_it_shows_the_bench(ana, protocols, browser):
    protocol = protocols[0]
    Protocol.objects.update(status="processing")
    answer = browser(ana).post(BENCH, {"back": protocol.pk})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"<h1>{protocol.number}</h1>" in page and "No hay etiquetas para imprimir" in page
