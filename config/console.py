"""The terminal of `make run`: lines of many programs on one output, each with its program's name."""

import os
import select
import selectors
import sys

NAME_WIDTH = 21
# A pipe that select calls writable takes this much without blocking (PIPE_BUF).
CHUNK_BYTES = 4_096
SELF = "lamina"


class Console:
    """Follows pipes and prints what comes, line by line. One thread; nothing here ever blocks for long."""

    def __init__(self, output: int | None = None) -> None:
        self.output = sys.stdout.fileno() if output is None else output
        self.selector = selectors.DefaultSelector()
        self.patience_s = 1.0

    def say(self, text: str, name: str = SELF) -> None:
        """Print each line of `text` behind `name`."""
        for line in text.splitlines():
            self.write(f"{name:<{NAME_WIDTH}}| {line}")

    def write(self, line: str) -> None:
        """Print a line. Once nobody reads the output, lines are dropped instead of stopping the programs."""
        data = (line + "\n").encode(errors="replace")
        for start in range(0, len(data), CHUNK_BYTES):
            self._write_chunk(data[start : start + CHUNK_BYTES])

    def follow(self, name: str, pipe: int) -> None:
        """Print from now on what comes out of `pipe`, and close it at its end."""
        os.set_blocking(pipe, False)
        self.selector.register(pipe, selectors.EVENT_READ, _Lines(name))

    def pump(self, timeout_s: float) -> None:
        """Print what is there, waiting for at most `timeout_s` for something to come."""
        for key, _ in self.selector.select(timeout_s):
            self._read(key.fd, key.data)

    def drain(self) -> None:
        """Print all that programs which have ended left in their pipes."""
        while self.selector.get_map() and self.selector.select(0):
            self.pump(0)

    def _read(self, pipe: int, lines: "_Lines") -> None:
        data = os.read(pipe, 65_536)
        for line in lines.feed(data):
            self.say(line, lines.name)
        if not data:
            self.selector.unregister(pipe)
            os.close(pipe)

    def _write_chunk(self, chunk: bytes) -> None:
        _, writable, _ = select.select([], [self.output], [], self.patience_s)
        self.patience_s = 1.0 if writable else 0.0
        if writable:
            try:
                os.write(self.output, chunk)
            except OSError:
                return  # whoever read it has gone


class _Lines:
    """Cuts what a program writes into whole lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rest = b""

    def feed(self, data: bytes) -> list[str]:
        *whole, self.rest = (self.rest + data).split(b"\n")
        if not data and self.rest:
            whole.append(self.rest)
        return [line.decode(errors="replace").rstrip("\r") for line in whole]
