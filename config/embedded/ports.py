"""Free ports on loopback, remembered in a file so that a server finds its own again next time."""

import fcntl
import json
import os
import random
import socket
import tempfile
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections, so that none of those can
# take a chosen port before its server does; above 10080, which browsers refuse.
LOWEST, HIGHEST = 11_000, 21_999


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def accepts(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def remembered_ports(file: Path, names: list[str]) -> dict[str, int]:
    """Return a free port for each name: those written in `file` if all are still free, else new ones."""
    ports = _read(file)
    if ports.keys() != set(names) or not all(map(is_free, ports.values())):
        ports = dict(zip(names, choose(len(names)), strict=True))
        file.write_text(json.dumps(ports))
    return ports


def _read(file: Path) -> dict[str, int]:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return {}


def choose(count: int) -> list[int]:
    candidates = range(LOWEST, HIGHEST + 1)
    free = (port for port in random.sample(candidates, len(candidates)) if is_free(port) and _claim(port))
    return [next(free) for _ in range(count)]


def _claim(port: int) -> bool:
    """Keep a port from other processes of this user that choose one before its server listens.

    The claim ends with this process. Where no file can be made for it, chance has to do.
    """
    folder = Path(tempfile.gettempdir()) / f"lamina-ports-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True
