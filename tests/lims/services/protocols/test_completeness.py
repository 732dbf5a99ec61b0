"""incomplete: the one rule of what a sample lacks to be ready, by itself and on each way that leads there."""

import pytest
from django.utils import timezone

from lims.errors import Incomplete
from lims.models import (
    AdditionalRequest,
    Cassette,
    CassetteStage,
    Protocol,
    ProtocolHistory,
    Slide,
    SlideCassette,
)
from lims.services.bench import ready
from lims.services.operations import registry
from lims.services.protocols import completeness
from tests import factories

pytestmark = pytest.mark.django_db


def tissue(**fields) -> Protocol:
    return factories.ready_protocol(status="processing", specimens=2, **fields)


def cells(**fields) -> Protocol:
    protocol = factories.ProtocolFactory(kind="cytology", status="processing", **fields)
    Slide.objects.create(
        protocol=protocol, code=f"{protocol.number}-S1", stained_at=timezone.now(), quality="good"
    )
    return protocol


def no_cassette(protocol: Protocol) -> None:
    SlideCassette.objects.all().delete()
    Cassette.objects.all().delete()


def no_slide(protocol: Protocol) -> None:
    Slide.objects.all().delete()


def slide_without(**values):
    return lambda protocol: Slide.objects.filter(pk=protocol.slides.last().pk).update(**values)


def stage_less(stage: str):
    return lambda protocol: CassetteStage.objects.filter(
        cassette=protocol.cassettes.last(), stage=stage
    ).delete()


def cassette_off_slides(protocol: Protocol) -> None:
    protocol.cassettes.last().placements.all().delete()


def open_request(protocol: Protocol) -> None:
    AdditionalRequest.objects.create(
        protocol=protocol, kind="other", detail="PAS", requested_by=protocol.veterinarian.user
    )


LACKS = [
    (tissue, no_cassette, "cassettes"),
    *((tissue, stage_less(stage), "stages") for stage in ("cassetting", "fixation", "embedding", "blocking")),
    (tissue, cassette_off_slides, "cuts"),
    (tissue, no_slide, "cuts"),
    (tissue, slide_without(mounted_at=None), "mounting"),
    (tissue, slide_without(stained_at=None), "staining"),
    (tissue, slide_without(quality=""), "quality"),
    (tissue, open_request, "requests"),
    (cells, no_slide, "slides"),
    (cells, slide_without(stained_at=None), "staining"),
    (cells, slide_without(quality=""), "quality"),
    (cells, open_request, "requests"),
]


@pytest.mark.parametrize("kind", [tissue, cells])
def test_what_lacks_nothing_is_complete(kind):
    assert completeness.incomplete([kind().pk]) == {}


@pytest.mark.parametrize(("kind", "spoil", "lacks"), LACKS)
def test_each_lack_is_told_and_keeps_it_from_being_ready(ana, kind, spoil, lacks):
    protocol = kind()
    spoil(protocol)
    told = completeness.sentence(lacks)
    assert completeness.incomplete([protocol.pk]) == {protocol.pk: told}
    with pytest.raises(Incomplete, match=told):
        ready.make_ready(ana, protocol.pk)
    with pytest.raises(Incomplete, match=told):
        ready.make_all_ready(ana, [protocol.pk])
    (refused,) = registry.get("ready-protocols").preview(ana, Protocol.objects.all()).refused
    assert (refused.reason, refused.count) == (told, 1)
    protocol.refresh_from_db()
    assert protocol.status == "processing"
    assert not ProtocolHistory.objects.exists()


def test_a_done_request_and_a_poor_slide_lack_nothing(ana):
    protocol = tissue()
    open_request(protocol)
    AdditionalRequest.objects.update(done_at=timezone.now(), done_by=ana)
    Slide.objects.update(quality="poor")
    assert completeness.incomplete([protocol.pk]) == {}


def test_one_sample_does_not_lend_to_another():
    whole, bare = tissue(), factories.ProtocolFactory(status="processing")
    assert set(completeness.incomplete([whole.pk, bare.pk])) == {bare.pk}


@pytest.mark.parametrize("count", [1, 30])
def test_one_statement_for_any_number(count, django_assert_num_queries):
    pks = [factories.ProtocolFactory(status="processing").pk for _number in range(count)]
    with django_assert_num_queries(1):
        assert len(completeness.incomplete(pks)) == count
