"""Starting child processes that die with their parent, and ending whole trees of them. Linux does the
most; elsewhere the parts that need /proc or prctl do nothing."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SERVER_PROGRAMS = {"postgres", "weed", "beam.smp", "epmd", "erl_child_setup", "inet_gethost"}

# Loaded once, before any fork: a child between fork and exec must not load libraries.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    """Ask the kernel to send this process `death_signal` when the thread that started it ends."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
    # The parent may have died before the request was in place.
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), death_signal)


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent dies."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def spawn(
    command: list[str],
    *,
    environ: dict[str, str],
    cwd: Path,
    output: int,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, to be ended by `death_signal` when this thread ends.

    Call it from a thread that lives as long as the child should: in practice the main one.
    """
    parent_pid = os.getpid()
    return subprocess.Popen(
        command,
        env=environ,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(parent_pid, death_signal),
    )


def children_by_parent() -> dict[int, list[int]]:
    """Return the pids of all running processes, grouped by their parent's pid; zombies are left out."""
    families: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        stat = _read(entry / "stat")
        if not stat:
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state not in "ZX":
            families.setdefault(int(parent), []).append(int(entry.name))
    return families


def descendants(pid: int) -> list[int]:
    """Return the pids of all running descendants of `pid`, nearest first."""
    families = children_by_parent()
    found, frontier = [], [pid]
    while frontier:
        frontier = [child for parent in frontier for child in families.get(parent, [])]
        found += frontier
    return found


def kill_tree(pid: int) -> None:
    """SIGKILL `pid` and all that descend from it; gone ones are no error."""
    send_signal([pid, *descendants(pid)], signal.SIGKILL)


def kill_below(pid: int) -> None:
    """SIGKILL all that descend from `pid`, and what they may start meanwhile, until nothing is left."""
    while below := descendants(pid):
        send_signal(below, signal.SIGKILL)
        time.sleep(0.01)


def send_signal(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def leftovers(folder: Path) -> list[int]:
    """Return the pids of server processes of an earlier run that still work inside `folder`."""
    return [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if _program(entry) in SERVER_PROGRAMS and _works_inside(entry, folder)
    ]


def end_leftovers(folder: Path, timeout_s: float = 10) -> None:
    """Kill server processes of an earlier run inside `folder` and wait until they are gone.

    Only for who holds the folder's lock: then whatever still runs there has lost its supervisor.
    """
    send_signal(leftovers(folder), signal.SIGKILL)
    wait_until(lambda: not leftovers(folder), timeout_s)


def wait_until(condition: Callable[[], bool], timeout_s: float, step_s: float = 0.02) -> bool:
    """Poll `condition` until it holds or the time is over; return whether it held."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step_s)
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _program(entry: Path) -> str:
    try:
        return os.path.basename(os.readlink(entry / "exe"))
    except OSError:
        return ""


def _works_inside(entry: Path, folder: Path) -> bool:
    try:
        return Path(os.readlink(entry / "cwd")).is_relative_to(folder)
    except OSError:
        return False
