"""The base of the local servers: a folder, ports, a log, and a process that can be started, watched,
stopped and killed, again and again, on the same data and the same ports."""

import os
import subprocess
from functools import cached_property
from pathlib import Path

from config.embedded import files, ports, processes
from config.embedded.child import Child
from config.embedded.errors import EmbeddedError

LOG_TAIL_BYTES = 2_000
LOG_LIMIT_BYTES = 10_000_000


class Server(Child):
    """One private server whose data lives in `home`. `durable=False` trades safety for speed."""

    port_names: list[str] = []

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable

    def prepare(self) -> None:
        """Write what the first start needs; does nothing when it is there."""

    def command(self) -> list[str]:
        """Return the command line of the server, which must stay in the foreground."""
        raise NotImplementedError

    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    def is_ready(self) -> bool:
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """Return the environment variables by which our programs find the server."""
        raise NotImplementedError

    @cached_property
    def ports(self) -> dict[str, int]:
        """The loopback ports by name, the same for the life of this object and, if free, next time."""
        return ports.remembered_ports(self.home / "ports.json", self.port_names)

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def launch(self) -> None:
        """Start the server without waiting for it. What an earlier crash left behind is cleared first."""
        files.private_folder(self.home)
        processes.end_leftovers(self.home)
        self.prepare()
        self.process = self._spawn(self.command())

    def wait_until_ready(self, timeout_s: float = 60) -> None:
        """Return when the server answers; raise EmbeddedError with its last words when it does not."""
        processes.wait_until(lambda: not self.is_running() or self.is_ready(), timeout_s)
        if not (self.is_running() and self.is_ready()):
            raise EmbeddedError(self.last_words())

    def last_words(self) -> str:
        """Return a message that says that the server did not start, with the end of its log."""
        tail = self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        return f"{self.name} did not start. Its last words, from {self.log}:\n{tail}"

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.unlink()
        with self.log.open("ab") as output:
            return processes.spawn(
                command,
                environ=self.environ(),
                cwd=self.home,
                output=output.fileno(),
                death_signal=self.stop_signal,
            )
