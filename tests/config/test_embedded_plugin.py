"""A test run has servers of its own, the same for all its processes, and leaves nothing of them."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.config.conftest import ROOT, Observe, copy_project
from tests.config.observing import Observed

INI = """\
[pytest]
addopts = -p tests.plugin -p no:django -p no:randomly -p no:cacheprovider
pythonpath = .
"""
TESTS = """\
import os, time
import psycopg, pytest

@pytest.mark.parametrize("number", range(4))
def test_one_database_for_all(number):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        # Two at once would both find no table.
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        connection.execute("CREATE TABLE IF NOT EXISTS seen AS SELECT 1")
    print("lingers".upper(), flush=True)
    while os.environ.get("LINGER"):
        time.sleep(0.1)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the plugin and a few tests."""
    folder = copy_project(tmp_path / "project")
    (folder / "tests").mkdir()
    (folder / "tests" / "plugin.py").write_text((ROOT / "tests" / "plugin.py").read_text())
    (folder / "tests" / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").write_text(INI)
    return folder


def begin(observe: Observe, project: Path, *options: str, **environ: str) -> Observed:
    """Run the project's tests with PostgreSQL and S3 of their own."""
    named = {"DATABASE_URL": "", "S3_ENDPOINT_URL": "", "RABBITMQ_URL": "amqp://127.0.0.1:1"}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS", "LAMINA_TEST_RUN"):
        named[name] = ""
    return observe([sys.executable, "-m", "pytest", "-s", *options], project, **(named | environ))


def test_the_run_leaves_nothing(observe: Observe, project: Path) -> None:
    run = begin(observe, project)
    assert run.wait() == 0
    run.wait_for("4 passed")
    assert run.is_gone() and list((project / "var").glob("test-*")) == []


def test_the_processes_of_a_run_share_its_servers(observe: Observe, project: Path) -> None:
    run = begin(observe, project, "-n", "2")
    run.wait_for("4 passed")
    assert run.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ended_run_leaves_nothing(observe: Observe, project: Path, number: signal.Signals) -> None:
    run = begin(observe, project, LINGER="1")
    run.wait_for("LINGERS")
    run.send(number)
    assert run.is_gone()
    assert list((project / "var").glob("test-*")) == []


def test_the_next_run_removes_what_nobody_could(observe: Observe, project: Path) -> None:
    run = begin(observe, project, LINGER="1")
    run.wait_for("LINGERS")
    run.end()
    (abandoned,) = (project / "var").glob("test-*")
    assert begin(observe, project).wait() == 0
    assert not abandoned.exists()


def test_missing_broker_is_reported_in_one_sentence(observe: Observe, project: Path) -> None:
    source = project / "config" / "embedded" / "rabbitmq.py"
    source.write_text(source.read_text().replace("/usr/lib/rabbitmq/bin", "/nowhere"))
    folders = [str(Path(sys.executable).parent), *os.environ["PATH"].split(os.pathsep)]
    without = [folder for folder in folders if not (Path(folder) / "rabbitmq-server").exists()]
    run = begin(observe, project, RABBITMQ_URL="", PATH=os.pathsep.join(without))
    assert run.wait() == 4
    run.wait_for("RabbitMQ is not on this machine: install the package rabbitmq-server")
