"""The demo's bench: specimens and samples of every protocol, cassettes and slides of those in work."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from lims.demo import findings
from lims.demo.findings import Finding
from lims.demo.people import Cast
from lims.models import (
    Cassette,
    CassetteStage,
    CytologySample,
    HistopathologySample,
    Protocol,
    Slide,
    SlideCassette,
    Specimen,
)
from lims.models import ProtocolStatus as Status
from lims.models.processing import Stage

BATCH = 2_000
IN_WORK = (Status.PROCESSING, Status.READY, Status.REPORTED)
STAINED = (Status.READY, Status.REPORTED)
COLOURS = ("blanco", "rosa", "amarillo")
SIDES = ("left", "right", "")


def create_bench(rng: random.Random, cast: Cast) -> None:
    """Write what lies on the bench for every protocol, in batches."""
    protocols = Protocol.objects.order_by("pk")
    last = 0
    while batch := list(protocols.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        _create(rng, cast, batch)


def finding_of(protocol: Protocol) -> Finding:
    """Return the case that a protocol is; always the same one."""
    cases = findings.CYTOLOGY if protocol.kind == "cytology" else findings.HISTOPATHOLOGY
    return cases[protocol.pk % len(cases)]


def received_at(protocol: Protocol) -> datetime:
    """Return when a numbered protocol was received."""
    assert protocol.received_at is not None
    return protocol.received_at


def _create(rng: random.Random, cast: Cast, batch: list[Protocol]) -> None:
    received = [protocol for protocol in batch if protocol.number]
    tissue = [protocol for protocol in batch if protocol.kind == "histopathology"]
    cells = [protocol for protocol in batch if protocol.kind == "cytology"]
    counts = {protocol.pk: rng.choice((1, 1, 1, 2)) for protocol in batch}
    HistopathologySample.objects.bulk_create(
        HistopathologySample(
            protocol=each,
            containers_declared=counts[each.pk],
            containers_received=counts[each.pk] if each.number else None,
        )
        for each in tissue
    )
    CytologySample.objects.bulk_create(
        CytologySample(
            protocol=each, slides_declared=2, slides_received=2 if each.number else None, technique="fna"
        )
        for each in cells
    )
    specimens = Specimen.objects.bulk_create(_specimens(rng, tissue, counts))
    in_work = {protocol.pk for protocol in received if protocol.status in IN_WORK}
    cassettes = _cassettes(cast, [each for each in specimens if each.protocol_id in in_work])
    _slides(cast, [each for each in received if each.status in STAINED], cassettes)


def _specimens(rng: random.Random, protocols: list[Protocol], counts: dict[int, int]) -> Iterator[Specimen]:
    for protocol in protocols:
        finding = finding_of(protocol)
        for number in range(counts[protocol.pk]):
            yield Specimen(
                protocol=protocol,
                label=chr(65 + number),
                site=finding.site,
                side=rng.choice(SIDES),
                procedure=finding.procedure,
                pieces=rng.choice((1, 1, 2, 3)),
            )


def _cassettes(cast: Cast, specimens: list[Specimen]) -> list[Cassette]:
    numbers: dict[int, int] = {}
    rows = []
    for specimen in specimens:
        number = numbers[specimen.protocol_id] = numbers.get(specimen.protocol_id, 0) + 1
        rows.append(
            Cassette(
                protocol=specimen.protocol,
                specimen=specimen,
                code=f"{specimen.protocol.number}-C{number}",
                material=specimen.site,
                colour=COLOURS[number % len(COLOURS)],
            )
        )
    cassettes = Cassette.objects.bulk_create(rows)
    CassetteStage.objects.bulk_create(
        CassetteStage(
            cassette=cassette,
            stage=stage,
            at=received_at(cassette.protocol) + timedelta(hours=5 * position),
            by=cast.staff,
        )
        for cassette in cassettes
        for position, stage in enumerate(Stage, 1)
    )
    return cassettes


def _slides(cast: Cast, protocols: list[Protocol], cassettes: list[Cassette]) -> None:
    of_protocol: dict[int, list[Cassette]] = {}
    for cassette in cassettes:
        of_protocol.setdefault(cassette.protocol_id, []).append(cassette)
    shown = [
        (protocol, number, cassette)
        for protocol in protocols
        for number, cassette in enumerate(of_protocol.get(protocol.pk, [None, None]), 1)
    ]
    slides = Slide.objects.bulk_create(_slide(cast, protocol, number) for protocol, number, _ in shown)
    SlideCassette.objects.bulk_create(
        SlideCassette(slide=slide, cassette=cassette)
        for slide, (_, _, cassette) in zip(slides, shown, strict=True)
        if cassette
    )


def _slide(cast: Cast, protocol: Protocol, number: int) -> Slide:
    at = received_at(protocol) + timedelta(days=3)
    return Slide(
        protocol=protocol,
        code=f"{protocol.number}-S{number}",
        stain="H&E" if protocol.kind == "histopathology" else "May-Grünwald-Giemsa",
        mounted_at=at,
        mounted_by=cast.staff,
        stained_at=at,
        stained_by=cast.staff,
        quality="good",
    )
