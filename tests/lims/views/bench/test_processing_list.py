"""The bench's work lists: what is expected first at the top, and several marked at once."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lims.models import CassetteStage, Protocol, Slide
from lims.models.processing import Stage
from lims.services.bench.cassettes import NewCassette, add_cassettes, pass_stage
from lims.services.bench.worklists import Step
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
LIST, MARK = "/processing/", "/processing/mark/"
# Session, user, what waits, how much waits where, notifications.
STATEMENTS = 5


def received(days: int = 0, **fields) -> Protocol:
    """Return a received sample that is expected in so many days."""
    expected = timezone.localdate() + timedelta(days=days)
    return factories.ProtocolFactory(**{"status": "received", "expected_ready_on": expected} | fields)


def in_work(user, count: int = 1, **fields) -> list[int]:
    """Return so many cassettes of a sample in process."""
    return [made.pk for made in add_cassettes(user, received(**fields).pk, [NewCassette()] * count)]


def listed(client, query: str = "") -> list[str]:
    return [row["code"] for row in client.get(LIST + query, **JSON).json()["results"]]


def test_what_is_late_comes_first_and_says_so(ana, browser):
    later, late, today = received(2), received(-3), received()
    client = browser(ana)
    assert listed(client) == [late.number, today.number, later.number]
    page = client.get(LIST).content.decode()
    assert page.count("de demora") == 1 and "3 días de demora" in page
    assert "Por comenzar" in page and f'href="/protocols/{late.pk}/processing/"' in page


def test_each_step_lists_its_own_and_tells_how_many(ana, browser):
    in_work(ana, 2)
    client = browser(ana)
    assert listed(client) == []
    assert len(listed(client, "?stage=cassetting")) == 2
    for step in Step:
        page = client.get(f"{LIST}?stage={step.value}").content.decode()
        assert 'Casetes <span class="count">2' not in page
        assert page.count('aria-current="page"') >= 1
        assert ("Nada espera este paso" in page) is (step != Step.CASSETTING)


@pytest.mark.parametrize(
    "query", ["?stage=nada", "?stage=", "?kind=x&after=y", "?after=2026-99-99~1", "?q=%00%25'"]
)
def test_filter_that_makes_no_sense_does_no_harm(ana, browser, query):
    received()
    assert browser(ana).get(LIST + query).status_code == 200


def test_search_and_a_scanned_label_find(ana, browser):
    mora = received(animal="Mora", number="HP 26/123")
    received(animal="Simón", number="HP 26/1234")
    first, second = in_work(ana, 2, number="HP 26/7")
    client = browser(ana)
    assert listed(client, "?q=mora") == ["HP 26/123"]
    assert listed(client, "?q=hp 26/123-C1") == ["HP 26/123"]
    assert listed(client, "?stage=cassetting&q=HP 26/7-C2") == ["HP 26/7-C2"]
    assert listed(client, "?stage=cassetting&q=HP 26/7-S2") == ["HP 26/7-C1", "HP 26/7-C2"]
    assert listed(client, "?kind=cytology") == []
    assert "Nada coincide" in client.get(LIST + "?q=nadie").content.decode()
    assert mora.pk and first < second


def test_several_are_marked_at_once_and_twice_is_harmless(ana, browser):
    pks = in_work(ana, 3)
    client = browser(ana)
    chosen = {"step": "cassetting", "cassette": pks, "filter": "stage=cassetting&kind=histopathology"}
    answer = client.post(MARK, chosen, follow=True)
    assert answer.redirect_chain == [("/processing/?stage=cassetting&kind=histopathology", 302)]
    assert "Encasetado: 3 marcados." in answer.content.decode()
    assert "No quedaba nada por marcar." in client.post(MARK, chosen, follow=True).content.decode()
    assert CassetteStage.objects.count() == 3


def test_what_was_done_is_told_by_its_name_and_not_by_the_lists(ana, browser):
    [pk] = in_work(ana, 1)
    for stage in Stage:
        pass_stage(ana, [pk], stage)
    client = browser(ana)

    def message_after(step: str, **chosen) -> str:
        return client.post(MARK, {"step": step, **chosen}, follow=True).content.decode()

    assert "Se creó 1." in message_after("cut", cassette=pk)
    slide = Slide.objects.get().pk
    assert "Montado: 1 marcado." in message_after("mount", slide=slide)
    assert "Teñido: 1 marcado." in message_after("stain", slide=slide)
    assert "Evaluado: 1 marcado." in message_after("judge", slide=slide, quality="good")


def test_the_whole_way_by_lists_alone(ana, browser):
    protocol, client = received(), browser(ana)

    def mark(step: str, name: str, **more) -> int:
        rows = client.get(f"{LIST}?stage={step}", **JSON).json()["results"]
        return client.post(MARK, {"step": step, name: [row["id"] for row in rows]} | more, **JSON).json()[
            "marked"
        ]

    assert mark("begin", "protocol") == 1
    assert [mark(stage, "cassette") for stage in ("cassetting", "fixation", "embedding", "blocking")] == [
        1
    ] * 4
    assert mark("cut", "cassette", stain="PAS") == 1
    assert (mark("mount", "slide"), mark("stain", "slide")) == (1, 1)
    assert mark("judge", "slide", quality="excellent") == 1
    assert mark("complete", "protocol") == 1
    slide = Slide.objects.get()
    assert (slide.stain, slide.quality) == ("PAS", "excellent")
    protocol.refresh_from_db()
    assert protocol.status == "ready"


WRONG = [
    ({"step": "cassetting"}, "No se eligió nada"),
    ({"step": "cassetting", "cassette": ["x"]}, None),
    ({"step": "cassetting", "cassette": [0]}, None),
    ({"step": "cassetting", "cassette": ["9" * 30]}, None),
    ({"step": "cassetting", "cassette": [999_999_999]}, "Algo de lo elegido ya no está"),
    ({"step": "nada", "cassette": [1]}, "está dañado"),
    ({"cassette": [1]}, "está dañado"),
    ({"step": "judge", "slide": [1]}, "Indicar la calidad"),
    ({"step": "judge", "slide": [1], "quality": "x"}, "Indicar la calidad"),
    ({"step": "fixation", "cassette": ["OWN"]}, "todavía no pasó la etapa"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG)
def test_wrong_input_is_told_and_changes_nothing(ana, browser, fields, message):
    (own,) = in_work(ana)
    filled = {
        name: [own if one == "OWN" else one for one in value]
        for name, value in fields.items()
        if name != "step"
    }
    client = browser(ana)
    sent = filled | ({"step": fields["step"]} if "step" in fields else {})
    answer = client.post(MARK, sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and 'class="notice notice-error"' in page
    assert message is None or message in page
    assert client.post(MARK, sent, **JSON).status_code == 409
    assert not CassetteStage.objects.exists()


def test_pages_give_each_row_once_in_order(ana, browser):
    expected = [received().number for _number in range(60)] + [received(1).number]
    client, found, address = browser(ana), [], LIST
    while address:
        answer = client.get(address, **JSON).json()
        found += [row["code"] for row in answer["results"]]
        address = answer["next"]
    assert found == expected


def test_csv_has_every_row_and_no_formula(ana, browser):
    received(animal="=HYPERLINK(1)")
    answer = browser(ana).get(LIST + "?format=csv")
    text = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK(1)" in text and text.count("\r\n") == 2


def test_vets_may_not(bruno, browser):
    client = browser(bruno)
    assert (client.get(LIST).status_code, client.post(MARK, {}).status_code) == (403, 403)


@pytest.mark.parametrize("step", list(Step))
def test_statements_do_not_grow(ana, paula, browser, django_assert_num_queries, step):
    client = browser(ana)
    for _round in range(2):
        for status in ("received", "processing"):
            factories.ready_protocol(status=status)
        in_work(ana, 3)
        with django_assert_num_queries(STATEMENTS):
            assert client.get(f"{LIST}?stage={step.value}").status_code == 200


def test_hostile_text_is_text(ana, browser):
    received(animal="<script>alert(1)</script>")
    page = browser(ana).get(LIST).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def is_ticked(page: str, pk: int) -> bool:
    return bool(re.search(rf'value="{pk}" data-code="[^"]*" checked', page))


def test_refused_ticks_and_quality_are_kept_and_the_reason_stands_beside_its_field(ana, browser):
    protocol = factories.ready_protocol(status="processing", specimens=2)
    Slide.objects.update(quality="")
    first, second = Slide.objects.values_list("pk", flat=True)
    sent = {"step": "judge", "slide": [second], "filter": "stage=judge"}
    page = browser(ana).post(MARK, sent | {"quality": ""}).content.decode()
    assert (is_ticked(page, first), is_ticked(page, second)) == (False, True)
    assert 'aria-describedby="mark_quality_error"' in page and 'id="mark_quality_error"' in page
    # A slide that somebody takes back meanwhile.
    Slide.objects.filter(pk=second).update(stained_at=None, stained_by=None)
    answer = browser(ana).post(MARK, sent | {"slide": [first, second], "quality": "poor"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "todavía no está teñido" in page
    assert is_ticked(page, first) and '<option value="poor" selected>' in page
    assert not Slide.objects.exclude(quality="").exists() and protocol.pk


def test_refused_the_stain_is_kept(ana, browser):
    pks = in_work(ana)
    CassetteStage.objects.bulk_create(
        CassetteStage(cassette_id=pk, stage=stage, at=timezone.now(), by=ana) for pk in pks for stage in Stage
    )
    sent = {"step": "cut", "cassette": pks, "filter": "stage=cut", "stain": "<" * 61}
    page = browser(ana).post(MARK, sent).content.decode()
    assert is_ticked(page, pks[0]) and f'value="{"&lt;" * 61}"' in page
    assert 'id="mark_stain_error"' in page and not Slide.objects.exists()


def test_refused_on_a_later_page_it_is_that_page_and_done_it_is_the_first(ana, browser):
    received_ones = [received(days) for days in range(60)]
    client = browser(ana)
    second = client.get(client.get(LIST, **JSON).json()["next"]).content.decode()
    kept = html.unescape(re.search(r'name="filter" value="([^"]+)"', second)[1])
    last = received_ones[-1].pk
    page = client.post(MARK, {"step": "begin", "protocol": [last, 10**9], "filter": kept}).content.decode()
    assert is_ticked(page, last) and received_ones[0].number not in page
    done = client.post(MARK, {"step": "begin", "protocol": [last], "filter": kept})
    assert done["Location"] == "/processing/?stage=begin"
