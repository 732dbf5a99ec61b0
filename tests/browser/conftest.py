"""A real browser before the real programs: web server, workers, and what they stand on."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import pdfcache.cache
from actors.models import Job
from lims.models import Report
from tests import factories
from tests.client import session_of
from tests.processes import Web, running, wait_until, worker

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 20_000
OTHERS_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND state <> 'idle'
"""


class Contexts:
    """Browsers of people who know nothing of each other, used again by one test after another.

    A new one costs as much time as three pages, most of it for a process that reads every script anew.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._idle: dict[str, list[BrowserContext]] = {}
        self._lent: list[tuple[str, BrowserContext]] = []

    def open(self, base_url: str, once: bool = False, **options) -> Page:
        """Return a page of a browser that nobody else has in this test; `once` if it stays changed."""
        kind = "" if once else repr((base_url, sorted(options.items())))
        if idle := self._idle.get(kind):
            context = idle.pop()
            page = context.new_page()
            origin = {"origin": base_url, "storageTypes": "all"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", origin)
        else:
            context = self._chromium.new_context(base_url=base_url, locale="es-AR", **options)
            page = context.new_page()
        context.set_default_timeout(TIMEOUT_MS)
        self._lent.append((kind, context))
        return page

    def clear(self) -> None:
        """Take back what was lent: pages are closed, cookies and routes forgotten."""
        while self._lent:
            kind, context = self._lent.pop()
            if not kind:
                context.close()
                continue
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.unroute_all()
            context.set_offline(False)
            self._idle.setdefault(kind, []).append(context)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    # Playwright's synchronous API keeps an event loop in this thread, and Django takes tests for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=TIMEOUT_MS)
    program = next(path for name in PROGRAMS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def static_files(tmp_path_factory) -> Path:
    """The site's static files, collected as for production."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="session")
def web(django_db_setup, buckets, static_files) -> Iterator[Web]:
    """The web server, started once: each test brings its own rows."""
    server = serve(static_files)
    with running(server):
        yield server


@pytest.fixture(scope="session")
def working_web(django_db_setup, buckets, static_files) -> Iterator[Web]:
    """A web server and the worker that hears of its jobs, and of no others: both started once."""
    server = serve(static_files, LAMINA_TEST_QUEUES="-worked")
    with running(server, worker("interactive", LAMINA_TEST_QUEUES="-worked")):
        yield server


def serve(static_files: Path, **changes: str) -> Web:
    return Web(GRANIAN_STATIC_PATH_ROUTE="/static", GRANIAN_STATIC_PATH_MOUNT=str(static_files), **changes)


@pytest.fixture
def site_without_workers(web, transactional_db) -> str:
    """The address of a laboratory in which nothing is rendered in the background."""
    return web.url


@pytest.fixture
def site(working_web, transactional_db) -> str:
    """The address of a laboratory that works, as far as it is asked over the web."""
    return working_web.url


@pytest.fixture
def cold_order(buckets, ana, bruno):
    """An issued order of Bruno's of which nothing is cached or in work."""
    order = factories.issued_order(ana, bruno.veterinarian, lines=10)
    Job.objects.all().delete()
    pdfcache.cache.invalidate("work-order", order.pk)
    return order


@pytest.fixture(scope="session")
def contexts(chromium) -> Contexts:
    return Contexts(chromium)


@pytest.fixture
def visit(contexts) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser at an address, with nobody logged in and nothing remembered."""
    yield contexts.open
    contexts.clear()
    # What a closed page still asked for would hold the tables that are emptied for the next test.
    wait_until(nobody_is_at_work, "the web server has answered what was asked", TIMEOUT_MS / 1000)


def nobody_is_at_work() -> bool:
    """Whether no other connection to this run's database is within a statement or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_AT_WORK)
        return not cursor.fetchone()[0]


@pytest.fixture
def log_in(visit) -> Callable[..., Page]:
    """Return a function that opens a path as a user who has logged in, in a browser of the user's own."""

    def enter(base_url: str, user, path: str = "/work-orders/", **options) -> Page:
        page = visit(base_url, **options)
        page.context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": base_url}])
        if path:
            page.goto(path)
        return page

    return enter


@pytest.fixture
def log_in_by_form(visit) -> Callable[..., Page]:
    """Return a function that logs a user in by the form, and returns the page of the work orders."""

    def enter(base_url: str, user) -> Page:
        page = visit(base_url)
        page.goto("/accounts/login/?next=/work-orders/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", factories.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/work-orders/")
        return page

    return enter


@pytest.fixture
def draft(paula, bruno) -> Report:
    """A complete draft of Paula's about two specimens of Bruno's."""
    factories.laboratory()
    protocol = factories.ready_protocol(bruno.veterinarian, 2)
    return factories.draft_report(paula.staff_member.pathologist, protocol)
