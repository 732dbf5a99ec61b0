"""Keeps children running: starts them, prints their output, restarts what died, stops all in order.
config/run.py says which children there are."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.console import Console
from config.embedded import processes
from config.embedded.child import Child

STEP_S = 0.1
FIRST_DELAY_S, LONGEST_DELAY_S = 0.25, 4.0
# A child that ran this long before it died has recovered: its next death counts as its first.
STEADY_S = 10.0
STOP_TIMEOUT_S = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person asked to stop."""


class StepFailed(Exception):
    """A program that must succeed before others start has failed; its output was printed."""


class Program(Child):
    """One of our own programs, whose output is printed behind its name."""

    def __init__(self, name: str, command: list[str], environ: dict[str, str], cwd: Path, console: Console):
        self.name = name
        self.command = command
        self.environ = environ
        self.cwd = cwd
        self.console = console

    def launch(self) -> None:
        reader, writer = os.pipe()
        try:
            self.process = processes.spawn(self.command, environ=self.environ, cwd=self.cwd, output=writer)
        finally:
            os.close(writer)
            self.console.follow(self.name, reader)


@dataclass
class Watch:
    """A child with its last start, its deaths in a row, and when to start it again."""

    child: Child
    started_at: float
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    """Starts children one after the other and stops them in reverse order."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.watches: list[Watch] = []
        self.signals = 0

    def listen_to_signals(self) -> None:
        """From now on a signal ends every wait with Stopped; a second one ends the patience with stopping."""
        for number in SIGNALS:
            signal.signal(number, self._note_signal)

    def start(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        child.launch()
        self.watches.append(Watch(child, time.monotonic()))

    def wait(self, condition: Callable[[], bool], timeout_s: float = float("inf")) -> bool:
        """Print and restart until `condition` holds; return False when the time is over. Raises Stopped."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if self.signals:
                raise Stopped
            if time.monotonic() > deadline:
                return False
            self.console.pump(STEP_S)
            self._restart_the_dead()
        return True

    def run_step(self, step: Program) -> None:
        """Run a program until it has ended. Raises StepFailed if it fails."""
        try:
            step.launch()
            self.wait(lambda: not step.is_running())
        finally:
            step.stop(1)
            self.console.drain()
        if step.process is None or step.process.returncode != 0:
            raise StepFailed(f"{step.name} failed.")

    def stop(self) -> None:
        """Stop what was started last first; each kind has its time, then it is killed."""
        children = [watch.child for watch in reversed(self.watches)]
        self._stop_group([child for child in children if isinstance(child, Program)])
        self._stop_group([child for child in children if not isinstance(child, Program)])
        self.watches.clear()

    def _stop_group(self, group: list[Child]) -> None:
        signals_before = self.signals
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for child in group:
            child.ask_to_stop()
        while any(child.is_running() for child in group):
            self.console.pump(STEP_S)
            if time.monotonic() > deadline or self.signals > signals_before:
                break
        for child in group:
            child.stop(0)
        self.console.drain()

    def _restart_the_dead(self) -> None:
        now = time.monotonic()
        for watch in self.watches:
            if watch.again_at is not None:
                if now >= watch.again_at:
                    self._start_again(watch)
            elif not watch.child.is_running():
                self._note_death(watch, now)

    def _note_death(self, watch: Watch, now: float) -> None:
        watch.deaths = 1 if now - watch.started_at > STEADY_S else watch.deaths + 1
        delay_s = min(FIRST_DELAY_S * 2 ** (watch.deaths - 1), LONGEST_DELAY_S)
        watch.again_at = now + delay_s
        code = watch.child.process.returncode if watch.child.process else None
        watch.child.kill()
        self.console.say(f"{watch.child.name} ended ({_ending(code)}), starting it again in {delay_s:g} s")

    def _start_again(self, watch: Watch) -> None:
        watch.child.launch()
        watch.started_at, watch.again_at = time.monotonic(), None

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
