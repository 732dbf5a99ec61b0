"""A PgBouncer of the test's own, in transaction mode, before the run's PostgreSQL."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import env
from config.embedded import ports

START_TIMEOUT_S = 10
CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {connections}
"""


@contextmanager
def pooled(connections: int) -> Iterator[int]:
    """Run a PgBouncer that lends so many connections of each database; give its port."""
    server = env.database("DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    (port,) = ports.choose(1)
    try:
        users, configuration = folder / "users", folder / "pgbouncer.ini"
        users.write_text(f'"{server["USER"]}" "{server["PASSWORD"]}"\n')
        configuration.write_text(
            CONFIGURATION.format(
                host=server["HOST"],
                port=server["PORT"],
                listen=port,
                users=users,
                connections=connections,
            )
        )
        process = subprocess.Popen(_command(folder, configuration), stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            yield port
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _command(folder: Path, configuration: Path) -> list[str]:
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if os.geteuid():
        return [program, str(configuration)]
    # It refuses to run as root.
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return [program, "-u", "nobody", str(configuration)]


def _wait(port: int) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("PgBouncer did not start")
