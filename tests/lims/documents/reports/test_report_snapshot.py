"""A report's snapshot has everything that its paper shows, and nothing that could change under it."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from lims.documents.reports import document
from lims.documents.reports.drawing import render
from lims.models import Cassette, CytologySample, Report, ReportCassette, ReportImage, Slide
from pdfcache.errors import DocumentGone
from tests import factories
from tests.lims.documents.papers import squeezed
from tests.lims.documents.reports.snapshots import amended, report, said, with_images

SEAL = document.Seal(datetime(2026, 11, 24, 13, 31, 7, 999, UTC), "ab" * 16, "K7QM2XW9PB4T")
# What a value of a closed set may become; every other leaf is text.
OTHERS: dict[str, Any] = {
    "language": "en",
    "mark": "draft",
    "kind": "cytology",
    "version": 3,
    "is_preliminary": True,
    "finalized_at": "2026-12-02T08:05:00-03:00",
    "first_issued_at": "2026-11-25T10:31:07-03:00",
    "issued_at": "2026-11-25T10:31:07-03:00",
    "collected_on": "2026-11-16",
    "received_at": "2026-11-18T09:21:00-03:00",
    "sex": "male",
    "neutered": None,
    "weight_kg": "27.51",
    "side": "right",
    "pieces": 7,
    "declared": 3,
    "received": 3,
    "condition": "suboptimal",
    "width_px": 77,
    "height_px": 77,
}
# Changed together with the picture that it names, or printed for the other kind of sample only.
APART = ("sha256", "technique")


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, child in children:
        yield from leaves(child, (*path, name))
    if not isinstance(value, dict | list):
        yield path


def whole() -> tuple[dict[str, Any], dict[str, bytes]]:
    """A snapshot in which every leaf is printed."""
    shown, assets = with_images(2)
    changes = amended()
    shown |= {name: changes[name] for name in ("version", "amendment", "finalized_at", "first_issued_at")}
    return shown, assets


WHOLE, ASSETS = whole()
PRINTED = render(WHOLE, ASSETS)


@pytest.mark.parametrize("path", [p for p in leaves(WHOLE) if p[-1] not in APART], ids=str)
def test_another_value_is_another_paper(path):
    other = copy.deepcopy(WHOLE)
    holder: Any = other
    for step in path[:-1]:
        holder = holder[step]
    *_, name = path
    value = OTHERS[name] if name in OTHERS else f"{holder[name]} Otro"
    assert holder[name] != value
    holder[name] = value
    assert render(other, ASSETS) != PRINTED


def test_technique_of_a_cytology_is_printed():
    papers = {
        render(report(kind="cytology", sample=report()["sample"] | {"technique": technique}), {})
        for technique in ("", "fna", "swab", "scraping", "impression", "fluid", "other")
    }
    assert len(papers) == 7


def test_another_picture_is_another_paper():
    shown, assets = with_images(2)
    other = copy.deepcopy(shown)
    other["images"].reverse()
    assert render(other, assets) != render(shown, assets)


@pytest.fixture
def protocol(bruno):
    """A protocol with every field of the submission."""
    return factories.ready_protocol(
        bruno.veterinarian,
        specimens=2,
        breed="Bóxer",
        sex="female",
        neutered=False,
        age="8 años",
        weight_kg=Decimal("27.50"),
        chip="982000",
        owner_first_names="Marta",
        owner_last_names="García",
        collected_on=date(2026, 11, 17),
        received_at=datetime(2026, 11, 18, 2, 20, tzinfo=UTC),
        presumptive_diagnosis="¿Mastocitoma?",
        clinical_history="Masa.",
        sample_condition="acceptable",
        reception_notes="Sin rótulo.",
        discrepancies="Falta uno.",
    )


@pytest.fixture
def draft(paula, protocol):
    factories.laboratory(address="Calle 1", director="Dra. Funes")
    return factories.draft_report(paula.staff_member.pathologist, protocol)


def test_snapshot_tells_what_the_rows_say(draft):
    ReportImage.objects.create(
        report=draft, position=1, state="ready", sha256="c" * 64, width_px=4, height_px=3, caption="A"
    )
    ReportImage.objects.create(report=draft, position=2)
    shown = document.snapshot(draft.pk, SEAL)
    assert shown["patient"]["weight_kg"] == "27.50"
    assert shown["owner"] == {"name": "Marta García", "surname": "García"}
    assert shown["sample"]["condition"] == "acceptable"
    assert [each["label"] for each in shown["specimens"]] == ["A", "B"]
    assert shown["blocks"][1]["slides"] == [{"code": f"{draft.protocol.number}-S2", "stain": "H&E"}]
    assert shown["diagnoses"][0]["diagnosis"] == "Mastocitoma cutáneo, grado bajo"
    assert shown["texts"]["microscopic"].endswith("<5/10 HPF.")
    assert [image["sha256"] for image in shown["images"]] == ["c" * 64]
    assert shown["author"]["signature"]["sha256"] in document.asset_digests(shown)
    assert shown["laboratory"]["director"] == "Dra. Funes"


def test_times_are_of_the_laboratory_whoever_asks(draft, settings):
    with timezone.override("Asia/Tokyo"):
        shown = document.snapshot(draft.pk, SEAL)
    assert shown["finalized_at"] == "2026-11-24T10:31:07-03:00"
    assert shown["received_at"] == "2026-11-17T23:20:00-03:00"


def test_snapshot_survives_its_way_through_the_database(draft):
    shown = document.snapshot(draft.pk, SEAL)
    assert json.loads(json.dumps(shown)) == shown


def test_verification_has_the_address_in_words(draft, settings):
    settings.SITE_URL = "https://lab.test"
    assert document.snapshot(draft.pk, SEAL)["verification"] == {
        "url": f"https://lab.test/verify/{SEAL.token}/",
        "address": "https://lab.test/verify/",
        "code": SEAL.code,
    }


def test_preview_has_neither_seal_nor_signature(draft):
    shown = document.snapshot(draft.pk)
    assert shown["mark"] == "draft"
    assert shown["finalized_at"] is shown["verification"] is shown["author"]["signature"] is None
    assert squeezed("Mastocitoma cutáneo, grado bajo") in said(shown)


def test_snapshot_is_drawn_and_archived(draft):
    shown = document.snapshot(draft.pk, SEAL)
    assert document.pages(document.archival(render(shown, document.assets(shown)), shown)) == 2


def test_language_is_the_vets(draft):
    user = draft.protocol.veterinarian.user
    user.language = "en"
    user.save()
    assert document.snapshot(draft.pk)["language"] == "en"


def test_cytology_without_blocks_shows_its_slides(draft):
    protocol = draft.protocol
    ReportCassette.objects.all().delete()
    Slide.objects.all().delete()
    Cassette.objects.all().delete()
    protocol.histopathology_sample.delete()
    CytologySample.objects.create(protocol=protocol, technique="swab", slides_declared=2)
    Slide.objects.create(protocol=protocol, code="CT 26/001-S1", stain="Giemsa")
    protocol.kind = "cytology"
    protocol.save()
    shown = document.snapshot(draft.pk)
    assert shown["sample"]["technique"] == "swab"
    assert (shown["sample"]["declared"], shown["sample"]["received"]) == (2, None)
    assert shown["slides"] == [{"code": "CT 26/001-S1", "stain": "Giemsa"}]


def test_statements_do_not_grow_with_the_report(draft, paula, django_assert_num_queries):
    large = factories.draft_report(paula.staff_member.pathologist, factories.ready_protocol(specimens=30))
    for each in (draft, large):
        with django_assert_num_queries(2):
            document.snapshot(each.pk, SEAL)


def test_amendment_names_what_it_replaces_and_what_changed(draft, paula):
    first = document.snapshot(draft.pk, SEAL)
    Report.objects.filter(pk=draft.pk).update(
        status="superseded",
        snapshot=document.without_texts(first),
        finalized_at=SEAL.finalized_at,
        issued_at=SEAL.finalized_at,
        verification_token=SEAL.token,
        verification_code=SEAL.code,
        archive_key="k",
        sha256="a" * 64,
        size_bytes=1,
    )
    second = Report.objects.create(
        protocol=draft.protocol, author=draft.author, version=2, replaces=draft, amendment_reason="Error.",
        microscopic="palabra " * 200,
    )  # fmt: skip
    shown = document.snapshot(second.pk)
    assert shown["first_issued_at"] == first["finalized_at"]
    assert shown["amendment"]["version"] == 1
    assert shown["amendment"]["issued_at"] == first["finalized_at"]
    changed = {change["label"]: change for change in shown["amendment"]["changes"]}
    assert changed["Comentarios"] == {"label": "Comentarios", "old": "Márgenes libres a 4 mm.", "new": ""}
    assert len(changed["Descripción microscópica"]["new"]) <= document.CHANGE_MAX + 1


def test_report_that_is_gone_is_said_to_be_gone(db):
    with pytest.raises(DocumentGone):
        document.snapshot(1)
