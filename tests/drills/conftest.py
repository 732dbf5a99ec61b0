"""What every drill needs: real programs, a laboratory with orders, and the invariants at its end."""

from collections.abc import Callable, Iterator

import pytest

import pdfcache.cache
from actors.models import Job, JobState
from lims.models import Delivery, Report
from tests import factories
from tests.drills.invariants import check_reports
from tests.drills.length import LONG
from tests.factories import issued_order
from tests.processes import Program, wait_until
from tests.smtp import Sink

SETTLED_WITHIN_S = 60
# What is due only in some minutes is not of this drill.
NOT_YET = ("prune_pdfs",)


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """Return a function that picks the short or the long form's number."""
    return lambda short, long: long if LONG else short


@pytest.fixture
def programs(transactional_db, buckets) -> Iterator[list[Program]]:
    """Programs put in here are ended with the test, whatever happens."""
    started: list[Program] = []
    yield started
    for program in started:
        program.stop()


@pytest.fixture
def orders(transactional_db, buckets, ana, bruno) -> Callable[[int], list]:
    """Return a function that issues so many orders to Bruno, with nothing of them cached."""

    def issue(count: int, lines: int = 10) -> list:
        made = [issued_order(ana, bruno.veterinarian, lines) for _ in range(count)]
        Job.objects.all().delete()
        for order in made:
            pdfcache.cache.invalidate("work-order", order.pk)
        return made

    return issue


@pytest.fixture
def settle() -> Callable[[list], None]:
    """Return the check of the invariants: every intent ended well, every order's paper is on the shelf."""

    def check(orders: list) -> None:
        open_jobs = Job.objects.filter(state__in=[JobState.PENDING, JobState.RUNNING]).exclude(
            actor__in=NOT_YET
        )
        wait_until(lambda: not open_jobs.exists(), "every job has ended", SETTLED_WITHIN_S)
        failed = Job.objects.filter(state=JobState.FAILED).values_list("actor", "ref", "error_code")
        assert list(failed) == []
        for order in orders:
            assert pdfcache.cache.lookup("work-order", order.pk).hit

    return check


@pytest.fixture
def mailbox() -> Iterator[Sink]:
    """The mail server of this drill's programs, which are started with `EMAIL_URL=mailbox.url`."""
    with Sink() as running:
        yield running


@pytest.fixture
def drafts(transactional_db, buckets, paula, bruno) -> Callable[[int], list[Report]]:
    """Return a function that writes so many complete drafts of Paula, all for Bruno."""

    def write(count: int) -> list[Report]:
        author = paula.staff_member.pathologist
        protocols = [factories.ready_protocol(bruno.veterinarian) for _ in range(count)]
        return [factories.draft_report(author, protocol) for protocol in protocols]

    return write


@pytest.fixture
def settle_reports() -> Callable[[list[Report], Sink], list[Delivery]]:
    """Return the check of the invariants of finalized reports; it returns their deliveries."""

    def check(reports: list[Report], mailbox: Sink) -> list[Delivery]:
        open_jobs = Job.objects.filter(state__in=[JobState.PENDING, JobState.RUNNING])
        wait_until(lambda: not open_jobs.exists(), "every job has ended", SETTLED_WITHIN_S)
        return check_reports(reports, mailbox)

    return check
