"""One child process that can be started, watched, stopped and killed, again and again."""

import contextlib
import os
import signal
import subprocess

from config.embedded import processes


class Child:
    """A process in a session of its own, which ends with this one."""

    name = ""
    stop_signal = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the process without waiting until it works."""
        raise NotImplementedError

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Ask the process to end in good order; does not wait."""
        if self.process is not None and self.is_running():
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """End the process and its children at once, also those that it left behind in its group."""
        if self.process is None:
            return
        if self.is_running():
            processes.kill_tree(self.process.pid)
        self.process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, timeout_s: float = 10) -> None:
        """Ask the process to end, kill it when the time is over; does nothing when it is not running."""
        self.ask_to_stop()
        processes.wait_until(lambda: not self.is_running(), timeout_s)
        self.kill()
