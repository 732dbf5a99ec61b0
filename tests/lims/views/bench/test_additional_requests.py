"""What a pathologist wants made of a sample beside what was made: asked for, made, and noted as done."""

import re

import pytest

from lims.models import AdditionalRequest, Protocol, Slide
from lims.services.bench.requests import Wish, finish_requests, request_more
from tests import factories


def path(protocol: Protocol, part: str = "processing") -> str:
    return f"/protocols/{protocol.pk}/{part}/"


def test_a_pathologist_asks_and_all_see_it_until_it_is_done(ana, paula, browser):
    draft = factories.draft_report(paula.staff_member.pathologist)
    protocol = draft.protocol
    wish = {"kind": "stain", "stain": "PAS", "cassette": "", "detail": "<b>Hongos</b>"}
    answer = browser(paula).post(path(protocol, "requests"), wish, follow=True)
    assert "Se avisó al laboratorio" in answer.content.decode()
    pages = [path(protocol), f"/protocols/{protocol.pk}/", "/processing/?stage=requests"]
    for page in pages:
        text = browser(ana).get(page).content.decode()
        assert "PAS" in text and "&lt;b&gt;Hongos" in text, page
    assert protocol.number in browser(paula).get("/reports/to-write/").content.decode()
    request = AdditionalRequest.objects.get()
    done = browser(ana).post(f"/requests/{request.pk}/finish/", follow=True).content.decode()
    assert "Se avisó a quien lo pidió" in done
    again = browser(ana).post(f"/requests/{request.pk}/finish/", follow=True).content.decode()
    assert "Se avisó" not in again and "Ya estaba anotado como hecho" in again
    assert "PAS" not in browser(ana).get(pages[2]).content.decode()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"kind": "stain"}, "stain"),
        ({"kind": "more_cuts"}, "cassette"),
        ({"kind": "other"}, "detail"),
        ({}, "kind"),
    ],
)
def test_wrong_wish_is_told_beside_its_field(paula, browser, wish, field):
    protocol = factories.ready_protocol()
    answer = browser(paula).post(path(protocol, "requests"), wish)
    assert answer.status_code == 409
    assert f'id="wish_{field}_error"' in answer.content.decode()
    assert not AdditionalRequest.objects.exists()


def test_only_pathologists_are_offered_to_ask(ana, paula, alma, browser):
    protocol = factories.ready_protocol()
    offered = {
        user: 'id="ask"' in browser(user).get(path(protocol)).content.decode() for user in (ana, paula, alma)
    }
    assert offered == {ana: False, paula: True, alma: False}


def test_who_notes_their_own_wish_as_done_is_not_said_to_be_told(paula, browser):
    asked = request_more(paula, factories.ready_protocol().pk, Wish("stain", stain="PAS"))
    page = browser(paula).post(f"/requests/{asked.pk}/finish/", follow=True).content.decode()
    assert "Anotado como hecho." in page and "Se avisó" not in page


@pytest.mark.parametrize(("kind", "stain"), [("stain", "PAS"), ("more_cuts", "H&amp;E")])
def test_the_slide_of_a_request_is_begun_from_it_and_belongs_to_it(ana, paula, browser, kind, stain):
    protocol, client = factories.ready_protocol(specimens=2), browser(ana)
    _first, second = protocol.cassettes.values_list("pk", flat=True)
    wish = Wish(kind, second, "" if kind == "more_cuts" else stain)
    asked = request_more(paula, protocol.pk, wish)
    link = f"{path(protocol)}?request={asked.pk}"
    assert f'href="{link}#make-slides"' in client.get(path(protocol)).content.decode()
    page = client.get(link).content.decode()
    assert f'name="request" value="{asked.pk}"' in page and f'value="{stain}"' in page
    assert "Para lo que pidió Paula Rivas" in page
    assert re.findall(r'name="cassettes" value="(\d+)" id="\w+" checked', page) == [str(second)]
    sent = {"last": 2, "cassettes": [second], "stain": "PAS", "copies": 1, "request": asked.pk}
    made = client.post(path(protocol, "slides"), sent, follow=True).content.decode()
    slide = Slide.objects.latest("pk")
    assert slide.request == asked
    assert f'Preparados: <span class="number">{slide.code}</span>' in made
    assert f'Preparados: <span class="number">{slide.code}</span>' in (
        browser(paula).get(f"/protocols/{protocol.pk}/").content.decode()
    )


@pytest.mark.parametrize("typed", ["x", "0", "9" * 30, "another", "done"])
def test_a_request_that_is_not_to_be_done_here_begins_nothing(ana, paula, browser, typed):
    protocol = factories.ready_protocol(status="processing")
    if typed == "another":
        typed = request_more(paula, factories.ready_protocol().pk, Wish("stain", stain="PAS")).pk
    if typed == "done":
        typed = request_more(paula, protocol.pk, Wish("stain", stain="PAS")).pk
        finish_requests(ana, [typed])
    answer = browser(ana).get(path(protocol), {"request": typed})
    assert answer.status_code == 200 and 'name="request" value=' not in answer.content.decode()


def test_a_slide_for_another_samples_request_is_refused(ana, paula, browser):
    protocol = factories.ready_protocol(status="processing")
    foreign = request_more(paula, factories.ready_protocol().pk, Wish("stain", stain="PAS"))
    sent = {"last": 1, "cassettes": [protocol.cassettes.get().pk], "stain": "PAS", "copies": 1}
    answer = browser(ana).post(path(protocol, "slides"), sent | {"request": foreign.pk})
    assert (answer.status_code, Slide.objects.filter(request=foreign).count()) == (409, 0)
    assert "Algo de lo elegido ya no está" in answer.content.decode()
