"""A copy of the supervisor's code beside tiny programs, so that it can be killed in every way."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import Postgres
from config.embedded.ports import choose
from tests.config.observing import Observed

ROOT = Path(__file__).resolve().parents[2]
MANAGE = """\
import os, signal, sys, time
print("doing", *sys.argv[1:], flush=True)
if sys.argv[1] == os.environ.get("STUBBORN"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(0.1)
"""
PREPARE = """\
import os, sys
print("doing preparations", flush=True)
if os.environ.get("FAILING"):
    sys.exit("cannot do it")
"""
WSGI = """\
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"alive"]
"""

# PostgreSQL and S3 are started, the broker is a mere name.
ALONE = {
    **dict.fromkeys(("DATABASE_URL", "S3_ENDPOINT_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY"), ""),
    **dict.fromkeys(("SITE_URL", "SECRET_KEY"), ""),
    "RABBITMQ_URL": "amqp://127.0.0.1:1",
}

Observe = Callable[..., Observed]


@pytest.fixture
def observe() -> Iterator[Observe]:
    """Start observed processes; all that is left of them ends with the test."""
    started: list[Observed] = []

    def start(command: list[str], cwd: Path, **environ: str) -> Observed:
        started.append(Observed(command, cwd, **environ))
        return started[-1]

    yield start
    for process in started:
        process.end()


def copy_project(folder: Path) -> Path:
    """Copy what `make run` needs, with tiny programs in place of ours."""
    shutil.copytree(ROOT / "config", folder / "config", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "config" / "wsgi.py").write_text(WSGI)
    (folder / "config" / "prepare.py").write_text(PREPARE)
    (folder / "manage.py").write_text(MANAGE)
    return folder


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PostgreSQL's folder after its first start was prepared; to make one costs more than most tests."""
    home = tmp_path_factory.mktemp("cluster") / "postgres"
    home.mkdir(mode=0o700)
    Postgres(home).prepare()
    return home


@pytest.fixture
def clone(tmp_path: Path, cluster: Path) -> Path:
    """A copy of the project that has run before, as far as PostgreSQL is concerned."""
    folder = copy_project(tmp_path / "clone")
    (folder / "var" / "services").mkdir(parents=True, mode=0o700)
    shutil.copytree(cluster, folder / "var" / "services" / "postgres")
    return folder


@pytest.fixture
def port() -> str:
    """A free port for the web server."""
    return str(choose(1)[0])


@pytest.fixture
def run(observe: Observe, port: str) -> Observe:
    """Start `make run`'s program in a copy, with PostgreSQL and S3 of its own; its broker is a mere name."""

    def start(clone: Path, **environ: str) -> Observed:
        return observe([sys.executable, "-m", "config.run"], clone, **ALONE | {"PORT": port} | environ)

    return start
