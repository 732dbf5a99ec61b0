"""For tests of operations: protocols to work on, rows that fail, the work done in the test's own process."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from lims.models import (
    Cassette,
    CassetteStage,
    Operation,
    Protocol,
    Slide,
    SlideCassette,
    User,
    Veterinarian,
)
from lims.models.processing import Stage
from lims.services.operations import operations
from lims.services.operations.operations import Selection
from tests.running import run_jobs

_codes = itertools.count(1)
# The database refuses whatever it is told about these rows, as only a row that is broken would.
POISON = """
CREATE TABLE poisoned (pk bigint PRIMARY KEY);
CREATE FUNCTION refuse_poisoned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM poisoned WHERE pk = NEW.id) THEN
        RAISE EXCEPTION 'row % is poisoned', NEW.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_poisoned BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_poisoned();
"""
ANTIDOTE = """
DROP TRIGGER refuse_poisoned ON {table};
DROP FUNCTION refuse_poisoned;
DROP TABLE poisoned;
"""


def submitted(count: int, vets: Sequence[Veterinarian], **fields) -> list[Protocol]:
    """Return so many submitted protocols, the vets' in turn; every third is one of cytology."""
    now = timezone.now()
    return Protocol.objects.bulk_create(
        Protocol(
            **{
                "kind": "cytology" if number % 3 == 2 else "histopathology",
                "status": "submitted",
                "temporary_code": f"TMP-{next(_codes)}",
                "veterinarian": vets[number % len(vets)],
                "animal": f"Paciente {number}",
                "species": "Canino",
                "submitted_at": now,
            }
            | fields
        )
        for number in range(count)
    )


def finish_bench(protocols: Sequence[Protocol], by: User) -> None:
    """Let nothing be lacking on the bench of these protocols: tissue in a cassette, all on a judged slide."""
    tissue = [protocol for protocol in protocols if protocol.kind == "histopathology"]
    now = timezone.now()
    cassettes = Cassette.objects.bulk_create(
        Cassette(protocol=protocol, code=f"C{protocol.pk}") for protocol in tissue
    )
    CassetteStage.objects.bulk_create(
        CassetteStage(cassette=cassette, stage=stage, at=now, by=by)
        for cassette in cassettes
        for stage in Stage
    )
    slides = Slide.objects.bulk_create(
        Slide(protocol=protocol, code=f"S{protocol.pk}", mounted_at=now, stained_at=now, quality="good")
        for protocol in protocols
    )
    of_protocol = {slide.protocol_id: slide for slide in slides}
    SlideCassette.objects.bulk_create(
        SlideCassette(slide=of_protocol[cassette.protocol_id], cassette=cassette) for cassette in cassettes
    )


def start(by: User, things: Iterable[Model], action: str = "receive-protocols", key: str = "") -> Operation:
    """Start an operation on these things."""
    return operations.start(by, action, Selection(ids=[thing.pk for thing in things]), key)


def work(operation: Operation) -> Operation:
    """Do all of an operation's work in this process, and return it as it is then."""
    run_jobs("expand_operation")
    while run_jobs("run_lane"):
        continue
    run_jobs("end_operation")
    operation.refresh_from_db()
    return operation


def reasons(operation: Operation) -> dict[int, str]:
    """Return why things failed, by their pks."""
    return dict(operations.failures(operation).values_list("object_pk", "reason"))


def sequence(kind: str) -> list[int]:
    """Return the numbers that a kind's protocols have, in order."""
    numbers = Protocol.objects.filter(kind=kind, number__isnull=False).values_list("number", flat=True)
    return sorted(int(number.split("/")[1]) for number in numbers)


def is_gapless(kind: str) -> bool:
    """Return whether the numbers of a kind go from one up, without gap."""
    found = sequence(kind)
    return found == list(range(1, len(found) + 1))


def poisoned(protocols: Iterable[Protocol]) -> AbstractContextManager[None]:
    """Let the database refuse every change of these rows meanwhile."""
    return poisoned_table("lims_protocol", protocols)


@contextmanager
def poisoned_table(table: str, things: Iterable[Model]) -> Iterator[None]:
    """Let the database refuse every change of these rows of a table meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(POISON.replace("{table}", table))
        cursor.execute("INSERT INTO poisoned SELECT unnest(%s::bigint[])", [[thing.pk for thing in things]])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(ANTIDOTE.replace("{table}", table))
