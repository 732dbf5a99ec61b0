"""Keeps the missing servers in a folder until its standard input closes, then removes the folder.

Prints one line of JSON with the environment variables once all are ready. For whoever needs servers for a
while and may die at any moment: a test run.
"""

import json
import os
import select
import signal
import sys
from pathlib import Path
from types import FrameType

from config import embedded, guard
from config.embedded import cleanup

# Signals end the wait early by writing here; the other end is read beside standard input.
_wake_reader, _wake_writer = os.pipe()


def keep(home: Path) -> int:
    """Serve until a signal or the end of standard input; return the exit code."""
    for number in guard.FORWARDED:
        signal.signal(number, _wake)
    try:
        with embedded.running(home, durable=False, broker_required=True) as servers:
            print(json.dumps(embedded.settings(servers)), flush=True)
            select.select([sys.stdin, _wake_reader], [], [])
    except embedded.EmbeddedError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _wake(number: int, frame: FrameType | None) -> None:
    os.write(_wake_writer, b".")


if __name__ == "__main__":
    home = Path(sys.argv[1])
    sys.exit(guard.run_guarded(lambda: keep(home), lambda: cleanup.remove_unused(home.resolve())))
