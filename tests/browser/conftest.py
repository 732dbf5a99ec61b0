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
from tests import factories
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
    server = Web(GRANIAN_STATIC_PATH_ROUTE="/static", GRANIAN_STATIC_PATH_MOUNT=str(static_files))
    with running(server):
        yield server


@pytest.fixture
def site_without_workers(web, transactional_db) -> str:
    """The address of a laboratory in which nothing is rendered in the background."""
    return web.url


@pytest.fixture
def site(site_without_workers) -> Iterator[str]:
    """The address of a laboratory that works."""
    with running(worker("interactive")):
        yield site_without_workers


@pytest.fixture
def cold_order(buckets, ana, bruno):
    """An issued order of Bruno's of which nothing is cached or in work."""
    order = factories.issued_order(ana, bruno.veterinarian, lines=10)
    Job.objects.all().delete()
    pdfcache.cache.invalidate("work-order", order.pk)
    return order


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh browser at an address, with nothing remembered."""
    contexts: list[BrowserContext] = []

    def open_browser(base_url: str, **options) -> Page:
        context = chromium.new_context(base_url=base_url, locale="es-AR", **options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()
    # What a closed page still asked for would hold the tables that are emptied for the next test.
    wait_until(nobody_is_at_work, "the web server has answered what was asked", TIMEOUT_MS / 1000)


def nobody_is_at_work() -> bool:
    """Whether no other connection to this run's database is within a statement or a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_AT_WORK)
        return not cursor.fetchone()[0]


@pytest.fixture
def log_in(visit) -> Callable[..., Page]:
    """Return a function that logs a user in by the form, and returns the page of the work orders."""

    def enter(base_url: str, user, **options) -> Page:
        page = visit(base_url, **options)
        page.goto("/accounts/login/?next=/work-orders/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", factories.PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/work-orders/")
        return page

    return enter
