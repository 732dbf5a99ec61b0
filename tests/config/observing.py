"""Watching real processes from outside: who runs, what they print, when they are gone."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path

from config.embedded import processes
from config.embedded.seaweedfs import sockets

PATIENCE_S = 60
MARK = "LAMINA_TEST_MARK"


class Observed:
    """A process whose output is collected and whose descendants, however detached, are recognized."""

    def __init__(self, command: list[str], cwd: Path, **environ: str) -> None:
        self.folder = cwd
        self.mark = uuid.uuid4().hex
        self.lines: list[str] = []
        self._queue: queue.Queue[str] = queue.Queue()
        tests_pid = os.getpid()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=os.environ | environ | {MARK: self.mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: self._begin(tests_pid),
        )
        threading.Thread(target=self._collect, daemon=True).start()

    def _begin(self, tests_pid: int) -> None:
        # A shell that puts the tests into the background has them ignore it, and children inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        processes.die_with_parent(tests_pid, signal.SIGTERM)

    def wait_for(self, text: str, count: int = 1) -> str:
        """Return the line with the count-th appearance of `text` from here on; fail if it does not come."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                line = self._queue.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"{text!r} never came; there was:\n{self.output()}") from None
            count -= text in line
            if count == 0:
                return line

    def wait(self) -> int:
        """Return the exit code."""
        return self.process.wait(PATIENCE_S)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self.process.send_signal(number)

    def child(self) -> int:
        """Return the pid of the one process that a guard guards."""
        (pid,) = processes.children_by_parent()[self.process.pid]
        return pid

    def alive(self) -> dict[int, str]:
        """Return pid and command line of everything that came from this process and still runs."""
        found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._is_ours(entry)]
        return {pid: command for pid in found if (command := command_line(pid))}

    def pid_of(self, *words: str) -> int:
        """Return the pid of ours whose command line has all these words."""
        (pid,) = [pid for pid, line in self.alive().items() if all(word in line for word in words)]
        return pid

    def is_gone(self) -> bool:
        """Tell whether nothing is left, after waiting for it."""
        return processes.wait_until(lambda: not self.alive(), PATIENCE_S, step_s=0.1)

    def end(self) -> None:
        """End everything at once, for the end of a test."""
        processes.send_signal([self.process.pid, *self.alive()], signal.SIGKILL)
        self.process.wait()
        self._remove_sockets()

    def output(self) -> str:
        """Return all that was printed so far."""
        return "\n".join(self.lines)

    def _collect(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._queue.put(line.rstrip("\n"))

    def _remove_sockets(self) -> None:
        """A killed store leaves its sockets in the temporary folder, where they would pile up."""
        for file in self.folder.rglob("s3/ports.json"):
            for socket in sockets(json.loads(file.read_text())):
                socket.unlink(missing_ok=True)

    def _is_ours(self, entry: Path) -> bool:
        try:
            if Path(os.readlink(entry / "cwd")).is_relative_to(self.folder):
                return True
            return self.mark.encode() in (entry / "environ").read_bytes()
        except OSError:
            return False


def command_line(pid: int) -> str:
    """Return the command line of a process, empty if it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
