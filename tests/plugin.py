"""Gives every test run PostgreSQL, S3 and RabbitMQ of its own, before Django reads its settings.

Loaded with `-p tests.plugin`. The run's first process starts a keeper that holds the servers and dies with
it; the processes of pytest-xdist inherit the environment. A quick run (`LAMINA_QUICK=1`) has PostgreSQL
alone.
"""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from config.embedded import cleanup, processes

ROOT = Path(__file__).resolve().parent.parent
STOP_TIMEOUT_S = 60
# Nobody listens there, so that a quick test that needs more than PostgreSQL fails.
NO_SERVERS = {
    "RABBITMQ_URL": "amqp://127.0.0.1:1",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "S3_ACCESS_KEY": "none",
    "S3_SECRET_KEY": "none",
}

_keeper: subprocess.Popen[str] | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the servers before pytest-django loads the settings."""
    options = early_config.known_args_namespace
    if os.environ.get("PYTEST_XDIST_WORKER") or options.help or options.version:
        return
    run_id = uuid.uuid4().hex[:8]
    cleanup.remove_abandoned(ROOT / "var")
    os.environ["LAMINA_TEST_RUN"] = run_id
    if os.environ.get("LAMINA_QUICK"):
        os.environ |= NO_SERVERS
    os.environ |= _start_keeper(ROOT / "var" / f"test-{run_id}")


def pytest_unconfigure() -> None:
    """Stop the servers and remove their data."""
    if _keeper is not None and _keeper.stdin is not None:
        _keeper.stdin.close()
        _keeper.wait(STOP_TIMEOUT_S)
        _end_leftovers(os.environ["LAMINA_TEST_RUN"])


def _end_leftovers(run_id: str) -> None:
    """Kill what a test process that died at once could not end: a web server's workers outlive it."""
    mark = f"LAMINA_TEST_RUN={run_id}\0".encode()
    ours = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _has(entry / "environ", mark)]
    processes.send_signal([pid for pid in ours if pid != os.getpid()], signal.SIGKILL)


def _has(file: Path, mark: bytes) -> bool:
    try:
        return mark in file.read_bytes()
    except OSError:
        return False


def _start_keeper(home: Path) -> dict[str, str]:
    global _keeper
    pytest_pid = os.getpid()
    _keeper = subprocess.Popen(
        [sys.executable, "-m", "config.embedded", str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: processes.die_with_parent(pytest_pid, signal.SIGTERM),
    )
    assert _keeper.stdout is not None and _keeper.stderr is not None
    line = _keeper.stdout.readline()
    if not line:
        raise pytest.UsageError(_keeper.stderr.read().strip())
    return json.loads(line)
