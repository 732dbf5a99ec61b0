"""The demo's protocols, in every state, written in batches."""

import random
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import cycle, islice

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from lims.demo import samples
from lims.demo.pace import Pace
from lims.demo.people import Cast
from lims.demo.steps import UNTIL_RECEPTION
from lims.demo.timetable import Appointment, appointments
from lims.models import Protocol, Veterinarian
from lims.models import ProtocolStatus as Status
from lims.services.kit import numbers

BATCH = 2_000
NUMBERED = (Status.RECEIVED, Status.PROCESSING, Status.READY, Status.REPORTED)
# Of nine protocols, five are of vet@demo.test, so that its many and long orders have something to charge.
OF_NINE = 5


def create_protocols(rng: random.Random, count: int, cast: Cast, pace: Pace, now: datetime) -> None:
    """Write `count` protocols, the oldest first."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    planned = appointments(rng, count, midnight)
    builder = _Builder(rng, cast, pace)
    while batch := list(islice(planned, BATCH)):
        Protocol.objects.bulk_create(builder.build(appointment) for appointment in batch)
    builder.keep_numbers()
    written_at = Coalesce(F("submitted_at"), Value(midnight, output_field=DateTimeField()))
    Protocol.objects.update(created_at=written_at - timedelta(minutes=25))


class _Builder:
    """Builds one protocol after the other, and counts the numbers that it gave."""

    def __init__(self, rng: random.Random, cast: Cast, pace: Pace) -> None:
        self._rng = rng
        self._pace = pace
        self._receiver = cast.staff
        self._charged = cycle(rota(cast.veterinarians))
        self._uncharged = cycle(rota(cast.veterinarians))
        self._last: Counter[str] = Counter()
        self._index = 0

    def build(self, appointment: Appointment) -> Protocol:
        rng, status, index = self._rng, appointment.status, self._index
        self._index += 1
        patient = samples.patient(rng, index)
        protocol = Protocol(
            public_id=uuid.UUID(int=rng.getrandbits(128), version=4),
            kind=rng.choices(("histopathology", "cytology"), (3, 1))[0],
            status=status,
            veterinarian=next(self._charged if status in NUMBERED else self._uncharged),
            collected_on=timezone.localdate(appointment.written_at) - timedelta(days=rng.randrange(3)),
            **patient,
            **samples.history(rng, index, patient["sex"]),
        )
        if status != Status.DRAFT:
            self._submit(protocol, appointment.written_at)
        if status in NUMBERED or status == Status.REJECTED:
            self._receive(protocol, appointment.written_at + UNTIL_RECEPTION)
        return protocol

    def keep_numbers(self) -> None:
        """Move the number series past what was given here."""
        for series, last in self._last.items():
            numbers.allocate(series, last)

    def _submit(self, protocol: Protocol, at: datetime) -> None:
        protocol.submitted_at = at
        series = f"TMP-{_letters(protocol)}-{timezone.localdate(at):%Y%m%d}"
        protocol.temporary_code = self._next(series, "{}-{:03d}")

    def _receive(self, protocol: Protocol, at: datetime) -> None:
        for name, value in samples.reception(self._rng, Status(protocol.status)).items():
            setattr(protocol, name, value)
        if protocol.status == Status.REJECTED:
            return
        protocol.received_at, protocol.received_by = at, self._receiver
        received_on = timezone.localdate(at)
        protocol.expected_ready_on, protocol.expected_ready_by = self._pace.expected(protocol)
        protocol.number = self._next(f"{_letters(protocol)} {received_on:%y}", "{}/{:03d}")

    def _next(self, series: str, pattern: str) -> str:
        self._last[series] += 1
        return pattern.format(series, self._last[series])


def rota(veterinarians: list[Veterinarian]) -> Iterable[Veterinarian]:
    """Return whose the protocols are, in turn: five of the first, then four of the others."""
    first, *others = veterinarians
    turns = cycle(others)
    for _ in others:
        yield from [first] * OF_NINE
        yield from islice(turns, 9 - OF_NINE)


def _letters(protocol: Protocol) -> str:
    return "HP" if protocol.kind == "histopathology" else "CT"
