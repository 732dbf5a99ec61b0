"""Fixtures for every test: the cast, the database, the store. The servers come from tests/plugin.py."""

import contextlib
import os

import pytest
from hypothesis import is_hypothesis_test, settings

from tests import factories, quick
from tests.drills.length import LONG, examples
from tests.smtp import Sink

BUCKET_ATTEMPTS = 5
# The modules that take longest, most of whose time is waiting: begun last, they would keep one process alone.
SLOW = ("tests/drills/", "tests/config/", "tests/browser/")


def pytest_configure(config):
    config.addinivalue_line("markers", "programs: starts a program, so it has no part in `make quick`")
    config.addinivalue_line("markers", "drill: has a long form, which `make drill` runs")
    config.addinivalue_line("markers", "long: has no short form, so that `make drill` alone runs it")
    settings.register_profile("short", max_examples=examples(30), deadline=None, database=None)
    settings.load_profile("short")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item):
    """Let `make drill` find the drills, and the properties, of which it tries more examples."""
    if item.nodeid.startswith("tests/drills/") or is_hypothesis_test(getattr(item, "obj", None)):
        item.add_marker("drill")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Begin with the long modules; the order is random among them, and among the others."""
    if not LONG:
        leave_out(config, items, lambda item: item.get_closest_marker("long"))
    if quick.QUICK:
        leave_out(config, items, quick.starts_programs)
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def leave_out(config, items, which):
    """Take items out of a run that is not for them."""
    left_out = [item for item in items if which(item)]
    items[:] = [item for item in items if not which(item)]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=quick.QUICK)
def _no_programs(monkeypatch):
    """A quick run starts none."""
    quick.refuse_programs(monkeypatch)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """The database of this process's run, in place of the one that pytest-django would migrate for each."""
    from django.test import TransactionTestCase

    from tests import databases

    name = f"{databases.MIGRATED}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock(), databases.copied(name), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: databases.empty())
        yield


def pytest_sessionfinish(session):
    """Remove what the processes of the run copied their databases from."""
    if not os.environ.get("PYTEST_XDIST_WORKER") and not session.config.option.collectonly:
        from tests import databases

        with contextlib.suppress(databases.Unreachable):
            databases.forget()


@pytest.fixture
def ana(db):
    """Of the staff."""
    return factories.StaffMemberFactory(user__email="ana@lab.test").user


@pytest.fixture
def paula(db):
    """A pathologist who may sign; `paula.staff_member.pathologist` is what she writes reports as."""
    return factories.PathologistFactory(staff_member__user__email="paula@lab.test").staff_member.user


@pytest.fixture
def alma(db):
    """An administrator."""
    return factories.UserFactory(email="alma@lab.test", role="admin")


@pytest.fixture
def bruno(db):
    """A vet; `bruno.veterinarian` is what the laboratory knows of him."""
    return factories.VeterinarianFactory(user__email="bruno@lab.test", first_names="Bruno").user


@pytest.fixture
def carla(db):
    """Another vet."""
    return factories.VeterinarianFactory(user__email="carla@lab.test", first_names="Carla").user


@pytest.fixture(scope="session")
def buckets():
    """The buckets of this process's run; each run and process has its own."""
    from pdfcache import lifecycle
    from pdfcache.errors import StoreError

    # A store that several runs keep busy may refuse once; a failed fixture would fail a whole process.
    for _ in range(BUCKET_ATTEMPTS - 1):
        with contextlib.suppress(StoreError):
            return lifecycle.prepare()
    return lifecycle.prepare()


@pytest.fixture
def sink(settings):
    """A real SMTP server, to which this process sends its mail; it keeps what it took."""
    with Sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running
