"""The real programs (web, workers, sweeper) as processes on a test's own database, queues and buckets."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import urllib3

from config.embedded import processes as embedded
from tests.proxy import closed_port

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 15


def environment(**changes: str) -> dict[str, str]:
    """Return the environment in which a program shares this test's servers and names."""
    from django.conf import settings

    # pytest-django renamed the database after the settings were read.
    url = urlsplit(os.environ["DATABASE_URL"])
    name = quote(settings.DATABASES["default"]["NAME"])
    shared = {
        "DATABASE_URL": url._replace(path=f"/{name}").geturl(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return os.environ | shared | changes


class Program:
    """A running program with its output in a file; it dies with the test process."""

    def __init__(self, *command: str, **changes: str) -> None:
        self.command, self.changes = command, changes
        self.log = Path(tempfile.mkstemp(prefix="lamina-", suffix=".log")[1])
        self.start()

    def start(self) -> None:
        """Start it, or start it again after its death."""
        parent = os.getpid()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=environment(**self.changes),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: embedded.die_with_parent(parent, signal.SIGKILL),
            )

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator would, and kill what does not obey."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
        self.kill()
        self.log.unlink(missing_ok=True)

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def says(self, text: str) -> "Program":
        """Wait until its output contains a text, and return the program."""
        wait_until(
            lambda: text in self.output() or self.process.poll() is not None, f"{self.command} says {text!r}"
        )
        assert text in self.output(), self.output()[-3_000:]
        return self


def worker(queue: str, **changes: str) -> Program:
    """Return a worker of a queue that is ready to work."""
    return Program("manage.py", "work", queue, **changes).says("Worker process is ready")


def sweeper(*options: str, **changes: str) -> Program:
    """Return a running sweeper."""
    return Program("manage.py", "sweep_jobs", *options, **changes)


class Web(Program):
    """The web server on a free port of loopback; `url` is its address."""

    def __init__(self, workers: int = 1, **changes: str) -> None:
        self.port = closed_port()
        self.url = f"http://127.0.0.1:{self.port}"
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--no-log"]
        size = ["--workers", str(workers), "--blocking-threads", "4"]
        super().__init__("-m", "granian", *options, *size, "config.wsgi:application", **changes)
        wait_until(self._answers, f"the web server answers: {self.log}")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.output()[-3_000:]
        try:
            return urllib3.request("GET", f"{self.url}/healthz", timeout=1, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False


def wait_until(condition, what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return once the condition holds; fail with what was waited for after the time-out."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"never happened within {timeout_s:g} s: {what}"
        time.sleep(0.02)


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """End the programs at the end, whatever happens."""
    try:
        yield
    finally:
        for program in programs:
            program.stop()
