"""The demo's bench: specimens and samples of every protocol, cassettes and slides of those in work."""

import random
from collections.abc import Iterator

from lims.demo import findings
from lims.demo.findings import Finding
from lims.demo.pace import Pace
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
# What is done to a sample of tissue, one after the other: its cassettes made, through each stage, cut,
# mounted, stained, judged. Cells begin with their slides.
CUT = len(Stage) + 1
MOUNTED, STAINED, JUDGED = CUT + 1, CUT + 2, CUT + 3
COLOURS = ("blanco", "rosa", "amarillo")
SIDES = ("left", "right", "")


def create_bench(rng: random.Random, cast: Cast, pace: Pace) -> None:
    """Write what lies on the bench for every protocol, in batches."""
    protocols = Protocol.objects.order_by("pk")
    last = 0
    while batch := list(protocols.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        _create(rng, cast, pace, batch)


def finding_of(protocol: Protocol) -> Finding:
    """Return the case that a protocol is; always the same one."""
    cases = findings.CYTOLOGY if protocol.kind == "cytology" else findings.HISTOPATHOLOGY
    return cases[protocol.pk % len(cases)]


def steps_done(protocol: Protocol) -> int:
    """Return how far the bench has come with a protocol: all is done of what is ready, of others some."""
    if protocol.status not in IN_WORK:
        return 0
    if protocol.status != Status.PROCESSING:
        return JUDGED
    rng = random.Random(protocol.public_id.int)  # noqa: S311  (reproducible on purpose)
    return min(rng.randint(CUT if protocol.kind == "cytology" else 1, JUDGED + 2), JUDGED)


def _create(rng: random.Random, cast: Cast, pace: Pace, batch: list[Protocol]) -> None:
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
    cassettes = _cassettes(cast, pace, [each for each in specimens if steps_done(each.protocol)])
    _slides(cast, pace, [each for each in batch if steps_done(each) >= CUT], cassettes)
    coded = [each for each in batch if each.last_cassette or each.last_slide]
    Protocol.objects.bulk_update(coded, ["last_cassette", "last_slide"])


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


def _cassettes(cast: Cast, pace: Pace, specimens: list[Specimen]) -> list[Cassette]:
    cassettes = Cassette.objects.bulk_create(map(_cassette, specimens))
    CassetteStage.objects.bulk_create(
        CassetteStage(
            cassette=cassette,
            stage=stage,
            at=pace.of(cassette.protocol).between(0.15 * position),
            by=cast.staff,
        )
        for cassette in cassettes
        for position, stage in enumerate(Stage, 1)
        if position <= steps_done(cassette.protocol) - 1
    )
    return cassettes


def _cassette(specimen: Specimen) -> Cassette:
    protocol = specimen.protocol
    protocol.last_cassette += 1
    return Cassette(
        protocol=protocol,
        specimen=specimen,
        code=f"{protocol.number}-C{protocol.last_cassette}",
        material=specimen.site,
        colour=COLOURS[protocol.last_cassette % len(COLOURS)],
    )


def _slides(cast: Cast, pace: Pace, protocols: list[Protocol], cassettes: list[Cassette]) -> None:
    of_protocol: dict[int, list[Cassette | None]] = {}
    for cassette in cassettes:
        of_protocol.setdefault(cassette.protocol_id, []).append(cassette)
    shown = [
        (protocol, cassette)
        for protocol in protocols
        for cassette in of_protocol.get(protocol.pk, [None, None])
    ]
    slides = Slide.objects.bulk_create(_slide(cast, pace, protocol) for protocol, _ in shown)
    SlideCassette.objects.bulk_create(
        SlideCassette(slide=slide, cassette=cassette)
        for slide, (_, cassette) in zip(slides, shown, strict=True)
        if cassette
    )


def _slide(cast: Cast, pace: Pace, protocol: Protocol) -> Slide:
    done, times = steps_done(protocol), pace.of(protocol)
    protocol.last_slide += 1
    slide = Slide(
        protocol=protocol,
        code=f"{protocol.number}-S{protocol.last_slide}",
        stain="H&E" if protocol.kind == "histopathology" else "May-Grünwald-Giemsa",
        quality="good" if done >= JUDGED else "",
    )
    if done >= MOUNTED:
        slide.mounted_at, slide.mounted_by = times.between(0.75), cast.staff
    if done >= STAINED:
        slide.stained_at, slide.stained_by = times.between(0.9), cast.staff
    return slide
