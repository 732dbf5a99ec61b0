"""Runs a main function in a child process and leaves no process behind, whichever of the two is killed.

The guard adopts every descendant whose parent dies and ends it after the child; the kernel tells the child
when the guard dies. The child has a session of its own, so that a signal to the terminal's group reaches
only the guard, which passes it on.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from config.embedded import processes

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEATH_SIGNAL = signal.SIGTERM
# A crashed child's servers have so long to end in good order before they are killed.
GRACE_S = 5.0


def run_guarded(main: Callable[[], int], finally_do: Callable[[], None] = lambda: None) -> int:
    """Run `main` in a child process and return its exit code, 1 if it was killed.

    `finally_do` is done in any case when nothing of it runs any more; it may run after `main` did the same.
    """
    processes.adopt_orphans()
    guard_pid = os.getpid()
    # Held back until the handlers stand: a signal in between would end the guard alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    child_pid = os.fork()
    if child_pid == 0:
        _become_child(main, guard_pid)
    code = _guard(child_pid)
    finally_do()
    return code


def _become_child(main: Callable[[], int], guard_pid: int) -> None:
    code = 1
    try:
        os.setsid()
        processes.die_with_parent(guard_pid, DEATH_SIGNAL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        code = main()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        os._exit(code)


def _guard(child_pid: int) -> int:
    def forward(number: int, frame: FrameType | None) -> None:
        processes.send_signal([child_pid], signal.Signals(number))

    for number in FORWARDED:
        signal.signal(number, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    code = _wait_for(child_pid)
    _end_descendants()
    return code


def _wait_for(child_pid: int) -> int:
    while True:
        pid, status = os.wait()
        if pid == child_pid:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1


def _end_descendants() -> None:
    processes.wait_until(lambda: not processes.descendants(os.getpid()), GRACE_S)
    processes.kill_below(os.getpid())
