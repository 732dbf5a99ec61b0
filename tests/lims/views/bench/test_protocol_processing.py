"""The bench of one sample: what lies there, making and removing, and being ready."""

import re

import pytest

from lims.models import Cassette, Protocol, Slide, Specimen
from lims.services.bench.cassettes import NewCassette, add_cassettes, pass_stage
from lims.services.bench.requests import Wish, request_more
from lims.services.bench.slides import NewSlide, add_slides, stain
from tests import factories

# Session, user, notifications, protocol, cassettes, stages, slides, what is on them, requests, what is
# lacking, specimens.
STATEMENTS = 11


def received(**fields) -> Protocol:
    protocol = factories.ProtocolFactory(**{"status": "received"} | fields)
    Specimen.objects.create(protocol=protocol, label="A", site="Piel, flanco")
    return protocol


def path(protocol: Protocol, part: str = "processing") -> str:
    return f"/protocols/{protocol.pk}/{part}/"


def lines(protocol: Protocol, count: object = 2, **more) -> dict:
    """Return what the form of cassettes sends for one specimen."""
    prefix = f"specimen-{protocol.specimens.get().pk}"
    protocol.refresh_from_db()
    return {
        "last": protocol.last_cassette,
        **{f"{prefix}-count": count, f"{prefix}-type": "normal", f"{prefix}-material": "Piel"},
        **{"other-count": "", "other-type": "normal"},
    } | {f"{prefix}-{name}": value for name, value in more.items()}


def test_cassettes_are_made_from_the_usual_ones(ana, browser):
    protocol, client = received(number="HP 26/9"), browser(ana)
    page = client.get(path(protocol)).content.decode()
    assert 'value="Piel, flanco"' in page and "Todavía no tiene ningún casete." not in page
    answer = client.post(path(protocol, "cassettes"), lines(protocol, colour="rosa"), follow=True)
    assert "Se crearon 2 casetes." in answer.content.decode()
    assert list(Cassette.objects.values_list("code", "material", "colour")) == [
        ("HP 26/9-C1", "Piel", "rosa"),
        ("HP 26/9-C2", "Piel", "rosa"),
    ]


def test_a_double_click_makes_them_once_and_shows_what_is_there(ana, browser):
    protocol, client = received(), browser(ana)
    sent = lines(protocol)
    client.post(path(protocol, "cassettes"), sent)
    again = client.post(path(protocol, "cassettes"), sent)
    page = again.content.decode()
    assert (again.status_code, Cassette.objects.count()) == (409, 2)
    assert "Mientras tanto se crearon casetes" in page and f"{protocol.number}-C2" in page
    # Who has seen that may go on from there.
    assert 'name="last" value="2"' in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": "muchos"}, "número entero"),
        ({"count": -1}, "mayor"),
        ({"count": 51}, "menor"),
        ({"count": 0}, "Se pueden crear de 1 a 50 por vez."),
        ({"material": "x" * 301}, "300"),
        ({"type": "oro"}, "oro"),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_kept(ana, browser, wrong, message):
    protocol = received()
    answer = browser(ana).post(path(protocol, "cassettes"), lines(protocol, **{"colour": "violeta"} | wrong))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert message in page and 'value="violeta"' in page
    assert not Cassette.objects.exists()


def test_slides_of_tissue_one_each_or_all_on_one(ana, browser):
    protocol, client = received(number="HP 26/9"), browser(ana)
    pks = [made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 2)]
    client.post(path(protocol, "slides"), {"last": 0, "cassettes": pks, "stain": "H&E", "copies": 2})
    client.post(
        path(protocol, "slides"), {"last": 4, "cassettes": pks, "stain": "PAS", "copies": 1, "together": "on"}
    )
    shown = [(slide.stain, slide.cassettes.count()) for slide in Slide.objects.all()]
    assert shown == [("H&E", 1)] * 4 + [("PAS", 2)]


@pytest.mark.parametrize(
    ("wrong", "place", "kept"),
    [
        ({"cassettes": []}, 'id="slides_cassettes_error"', 'value="Grocott"'),
        ({"cassettes": [0]}, 'id="slides_cassettes_error"', 'value="Grocott"'),
        ({"stain": ""}, 'id="slides_stain_error"', 'value="7"'),
        ({"stain": "x" * 61}, 'id="slides_stain_error"', f'value="{"x" * 61}"'),
        ({"copies": 0}, 'id="slides_copies_error"', 'value="0"'),
        ({"copies": 60}, 'id="slides_copies_error"', 'value="60"'),
        ({"last": ""}, 'class="notice notice-error"', 'value="Grocott"'),
    ],
)
def test_wrong_slides_are_told_beside_their_field_and_kept(ana, browser, wrong, place, kept):
    protocol = received()
    (cassette,) = add_cassettes(ana, protocol.pk, [NewCassette()])
    sent = {"last": 0, "cassettes": [cassette.pk], "stain": "Grocott", "copies": 7} | wrong
    answer = browser(ana).post(path(protocol, "slides"), sent)
    page = answer.content.decode()
    assert (answer.status_code, Slide.objects.count()) == (409, 0)
    assert place in page and kept in page
    ticked = re.search(r'name="cassettes" value="\d+" id="\w+"( checked)?', page)[1]
    assert bool(ticked) is (sent["cassettes"] == [cassette.pk])


def test_smears_are_made_without_cassettes(ana, browser):
    protocol = factories.ProtocolFactory(status="received", kind="cytology")
    client = browser(ana)
    assert 'name="cassettes"' not in client.get(path(protocol)).content.decode()
    client.post(path(protocol, "slides"), {"last": 0, "stain": "Diff-Quik", "copies": 3})
    assert list(Slide.objects.values_list("stain", flat=True)) == ["Diff-Quik"] * 3


def test_the_next_step_is_chosen_already_and_leads_back_here(ana, browser):
    protocol, client = received(), browser(ana)
    first, second = (made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 2))
    pass_stage(ana, [first], "cassetting")
    page = client.get(path(protocol)).content.decode()
    assert page.count(" checked") == 1
    answer = client.post(
        "/processing/mark/", {"step": "cassetting", "cassette": [second], "back": protocol.pk}
    )
    assert answer["Location"] == path(protocol)


def test_removing_says_so_or_why_not(ana, browser):
    protocol, client = received(), browser(ana)
    (cassette,) = add_cassettes(ana, protocol.pk, [NewCassette()])
    first, second = add_slides(ana, protocol.pk, [NewSlide((cassette.pk,))] * 2)
    kept = client.post(f"/cassettes/{cassette.pk}/remove/", follow=True).content.decode()
    assert "ya está en uso y no se puede quitar" in kept
    gone = client.post(f"/slides/{second.pk}/remove/", follow=True).content.decode()
    assert f"Se quitó {second.code}." in gone
    assert client.post(f"/slides/{second.pk}/remove/").status_code == 404
    assert list(Slide.objects.all()) == [first]


def test_judging_again_is_possible_but_never_over_another_unseen(ana, browser):
    protocol, client = factories.ready_protocol(status="processing"), browser(ana)
    slide = Slide.objects.get()
    assert f'name="seen" value="{slide.pk}-good"' in client.get(path(protocol)).content.decode()
    sent = {"step": "judge", "slide": [slide.pk], "quality": "poor", "back": protocol.pk}
    refused = client.post(
        "/processing/mark/",
        sent | {"seen": [f"{slide.pk}-acceptable", "x-y", f"{'9' * 5_000}-good"]},
        follow=True,
    )
    assert "se evaluó" in refused.content.decode()
    client.post("/processing/mark/", sent | {"seen": [f"{slide.pk}-good"]})
    slide.refresh_from_db()
    assert slide.quality == "poor"


def test_the_last_mark_is_taken_back_by_its_name_and_no_other_by_a_second_click(ana, browser):
    protocol, client = received(), browser(ana)
    (cassette,) = add_cassettes(ana, protocol.pk, [NewCassette()])
    for stage in ("cassetting", "fixation"):
        pass_stage(ana, [cassette.pk], stage)
    assert "Deshacer: Fijación" in client.get(path(protocol)).content.decode()
    for _click in range(2):
        page = client.post(
            f"/cassettes/{cassette.pk}/undo/", {"undo": "fixation"}, follow=True
        ).content.decode()
    assert "Deshacer: Encasetado" in page
    assert [passed.stage for passed in cassette.stages.all()] == ["cassetting"]
    assert client.post(f"/cassettes/{cassette.pk}/undo/", {"undo": "judge"}).status_code == 409


def test_ready_once_nothing_is_lacking(ana, browser):
    protocol, client = factories.ready_protocol(status="processing"), browser(ana)
    Slide.objects.update(quality="")
    page = client.get(path(protocol)).content.decode()
    assert "Falta evaluar la calidad" in page and f'action="{path(protocol, "ready")}"' not in page
    refused = client.post(path(protocol, "ready"), follow=True).content.decode()
    assert "notice-error" in refused
    Slide.objects.update(quality="good")
    assert f'action="{path(protocol, "ready")}"' in client.get(path(protocol)).content.decode()
    assert "está listo para informar" in client.post(path(protocol, "ready"), follow=True).content.decode()
    again = client.post(path(protocol, "ready"), follow=True).content.decode()
    assert "no puede pasar a" in again


def test_off_the_bench_nothing_is_offered(ana, browser):
    protocol = factories.ready_protocol(status="reported")
    page = browser(ana).get(path(protocol)).content.decode()
    for absent in ("/cassettes/", "/slides/", "/processing/mark/", 'id="ask"', "/ready/"):
        assert absent not in page


def test_statements_do_not_grow(ana, paula, browser, django_assert_num_queries):
    client = browser(ana)
    protocol = received()
    for _round in range(2):
        pks = [made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 3)]
        for stage in ("cassetting", "fixation"):
            pass_stage(ana, pks, stage)
        add_slides(ana, protocol.pk, [NewSlide((pk,)) for pk in pks])
        Slide.objects.update(mounted_at=protocol.received_at, mounted_by=ana)
        stain(ana, list(Slide.objects.values_list("pk", flat=True)))
        request_more(paula, protocol.pk, Wish("stain", stain=f"PAS {_round}"))
        with django_assert_num_queries(STATEMENTS):
            assert client.get(path(protocol)).status_code == 200


def test_english_reader_gets_english(ana, browser):
    ana.language = "en"
    ana.save()
    page = browser(ana).get(path(received())).content.decode()
    assert "Make cassettes" in page and "Crear" not in page


def test_marking_that_is_refused_shows_the_bench_with_what_was_chosen(ana, browser):
    protocol, client = received(), browser(ana)
    first, second = (made.pk for made in add_cassettes(ana, protocol.pk, [NewCassette()] * 2))
    sent = {"step": "fixation", "cassette": [second], "back": protocol.pk}
    answer = client.post("/processing/mark/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "todavía no pasó la etapa" in page
    assert re.findall(r'name="cassette" value="(\d+)" data-code="[^"]*" checked', page) == [str(second)]
    assert first != second
