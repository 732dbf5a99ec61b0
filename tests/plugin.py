"""Gives every test run PostgreSQL, S3 and RabbitMQ of its own, before Django reads its settings.

Loaded with `-p tests.plugin`. The run's first process starts a keeper that holds the servers and dies with
it; the processes of pytest-xdist inherit the environment.
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
