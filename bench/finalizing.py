"""Finalizing a report, and opening it once it is issued. Floor: `GET /whoami/`, and one page."""

from actors.models import Job
from bench.load import Connection, Timing, one_by_one
from bench.table import Row
from lims.models import Pathologist, Report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.client import session_of
from tests.running import run_jobs

TIMES = 60
WARM_UPS = 10
SENTENCE = "Proliferación de células redondas bien diferenciadas, con escasa anisocariosis. "
# What fills some forty pages: the texts of the report, and an observation for each cassette.
LONG_TEXT = SENTENCE * 122
LONG_CASSETTES = 12
LONG_FIELDS = ("macroscopic", "microscopic", "comments", "recommendations", "methods", "pending_tests")


def finalize(web_url: str, author: Pathologist) -> list[Row]:
    """Measure the click, of one page and of forty, while no worker draws on the same cores."""
    session = session_of(author.staff_member.user)
    drafts = {"1 page": short_drafts(author), "40 pages": long_drafts(author)}
    connection = Connection(web_url, "/whoami/", session)
    seconds: dict[str, list[float]] = {"whoami": [], **{name: [] for name in drafts}}
    for number in range(TIMES):
        seconds["whoami"] += [connection.send(200) for _ in range(5)]
        for name, reports in drafts.items():
            seconds[name].append(connection.post(f"/reports/{reports[number].pk}/finalize/", 202))
    connection.close()
    taken = {name: Timing.of(some[WARM_UPS:]) for name, some in seconds.items()}
    floor, few = taken["whoami"].p95_ms, taken["1 page"].p95_ms
    rows = [
        Row(f"finalize, {name}, p95", taken[name].p95_ms, "ms", "whoami p95", floor, 5.0) for name in drafts
    ]
    return [*rows, Row("finalize, 40 pages, p95", taken["40 pages"].p95_ms, "ms", "1 page", few, 1.5)]


def reopen(web_url: str, author: Pathologist) -> list[Row]:
    """Measure opening an issued report, of one page and of forty."""
    Job.objects.all().delete()
    reports = {"1 page": short_drafts(author, 1)[0], "40 pages": long_drafts(author, 1)[0]}
    for report in reports.values():
        finalize_report(author.staff_member.user, report.pk)
    run_jobs("publish_report")
    session = session_of(author.staff_member.user)
    requests = {"whoami": ("/whoami/", 200)}
    requests |= {name: (f"/reports/{report.pk}/pdf/", 302) for name, report in reports.items()}
    taken = one_by_one(web_url, session, requests, rounds=20, each=50)
    rows = [
        Row(
            f"reopen report, {_pages(report)} pages, p50",
            taken[name].p50_ms,
            "ms",
            "whoami",
            taken["whoami"].p50_ms,
            2.5,
        )
        for name, report in reports.items()
    ]
    few, many = taken["1 page"].p50_ms, taken["40 pages"].p50_ms
    return [*rows, Row("reopen report, 40 pages", many, "ms", "1 page", few, 1.25)]


def short_drafts(author: Pathologist, count: int = TIMES) -> list[Report]:
    return [factories.draft_report(author) for _ in range(count)]


def long_drafts(author: Pathologist, count: int = TIMES) -> list[Report]:
    return [_long_draft(author) for _ in range(count)]


def _long_draft(author: Pathologist) -> Report:
    protocol = factories.ready_protocol(specimens=LONG_CASSETTES)
    report = factories.draft_report(author, protocol, **dict.fromkeys(LONG_FIELDS, LONG_TEXT))
    report.cassettes.update(observation=LONG_TEXT)
    return report


def _pages(report: Report) -> int:
    report.refresh_from_db()
    assert report.pages is not None
    return report.pages
