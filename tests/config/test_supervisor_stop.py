"""`make run` leaves nothing behind, however it ends."""

import os
import signal
from pathlib import Path

import pytest

from tests.config.conftest import Observe


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_and_is_no_failure(run: Observe, clone: Path, number: signal.Signals) -> None:
    process = run(clone)
    process.wait_for("ready")
    process.send(number)
    assert process.wait() == 0
    assert not process.alive()


def test_a_signal_while_preparing_leaves_nothing(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("doing")
    process.send(signal.SIGINT)
    assert process.wait() == 0
    assert not process.alive()


def test_kill_9_of_the_guard_leaves_nothing(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    process.send(signal.SIGKILL)
    assert process.is_gone()
    assert not (clone / "var" / "run.env").exists()


def test_kill_9_of_the_supervisor_leaves_nothing(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    os.kill(process.child(), signal.SIGKILL)
    assert process.wait() == 1
    assert not process.alive()
    assert not (clone / "var" / "run.env").exists()


def test_kill_9_of_both_at_once_leaves_nothing(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    both = [process.process.pid, process.child()]
    for pid in both:
        os.kill(pid, signal.SIGKILL)
    assert process.is_gone()


def test_a_program_that_ignores_the_signal_is_killed(run: Observe, clone: Path) -> None:
    process = run(clone, STUBBORN="sweep_jobs")
    process.wait_for("ready")
    process.send(signal.SIGTERM)
    assert process.wait() == 0
    assert not process.alive()


def test_it_runs_again_after_kill_9_of_everything(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    process.end()
    again = run(clone)
    again.wait_for("ready")
