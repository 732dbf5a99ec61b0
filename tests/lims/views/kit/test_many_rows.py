"""Lists and an operation with more rows than killed a task list once: each page reads a page, never all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from lims.models import Operation, OperationItem, Protocol
from tests import operating
from tests.running import run_jobs

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
MANY = 8_000
# The rows of a page and the one that tells of a next page; in JSON 100 failures.
ROWS_MAX = 120
# A search looks up so many keys of each word first, to see whether they are few.
KEYS_MAX = 501


@contextmanager
def reading() -> Iterator[list[int]]:
    """Count the rows that each statement hands over to Python."""
    counts: list[int] = []

    def count(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        counts.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(count):
        yield counts


@pytest.fixture
def protocols(bruno, carla) -> list[Protocol]:
    """So many of two vets: submitted, at the bench, and ready to be reported."""
    vets = [bruno.veterinarian, carla.veterinarian]
    made = operating.submitted(MANY, vets)
    for status, place in (("received", 0), ("processing", 1), ("ready", 2)):
        pks = [protocol.pk for protocol in made[place : MANY // 2 : 3]]
        numbered = Concat(Value("HP "), F("pk"), output_field=CharField())
        found = Protocol.objects.filter(pk__in=pks)
        found.update(status=status, number=numbered, received_at=timezone.now())
    return made


@pytest.fixture
def failed(ana, protocols) -> Operation:
    """An operation on all of them, each of which failed."""
    operation = operating.start(ana, protocols)
    run_jobs("expand_operation")
    OperationItem.objects.filter(operation=operation).update(
        state="failed", reason="Está rota.", round=1, done_at=timezone.now()
    )
    Operation.objects.filter(pk=operation.pk).update(state="done", ended_round=1)
    return operation


def opened(client, path: str, **headers) -> str | None:
    """Open a page within its bounds, and return the next one's address where its JSON tells it."""
    with reading() as counts:
        answer = client.get(path, **headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, (path, answer.status_code)
    *others, most = sorted(counts)
    assert content and others[-1] <= ROWS_MAX, (path, others[-1])
    words = path.partition("?q=")[2].split("+")
    assert most <= (KEYS_MAX * len(words) if words != [""] else ROWS_MAX), (path, most)
    return answer.json().get("next") if headers else None


def test_no_page_reads_more_than_a_page_of_many_thousand_rows(
    ana, paula, bruno, failed, browser, monkeypatch
):
    staff, author, vet = browser(ana), browser(paula), browser(bruno)
    for query in ("", "?status=submitted", "?status=received", "?q=paciente", "?q=paciente+7", "?q=bruno"):
        opened(staff, f"/protocols/{query}")
        opened(vet, f"/protocols/{query}")
    assert Operation.objects.get().total == OperationItem.objects.count() == MANY
    pages = (
        *("/", "/reception/", "/reception/?q=paciente", "/processing/", "/processing/?stage=complete"),
        *("/operations/", "/work-orders/new/", "/veterinarians/", "/deliveries/", "/notifications/"),
        *(f"/operations/{failed.pk}/{end}" for end in ("", "?after=4000", "status/")),
    )
    for path in pages:
        opened(staff, path)
    for path in ("/", "/reports/to-write/", "/reports/"):
        opened(author, path)
    for path in ("/protocols/", "/reception/", "/processing/"):
        second = opened(staff, path, **JSON)
        assert second and opened(staff, second, **JSON)
    opened(staff, f"/operations/{failed.pk}/", **JSON)
    opened(staff, f"/operations/{failed.pk}/status/", **JSON)
    # What reads everything would be noticed.
    monkeypatch.setattr("lims.views.kit.listing.PAGE_SIZE", MANY)
    with pytest.raises(AssertionError, match="/protocols/"):
        opened(staff, "/protocols/", **JSON)
