"""RabbitMQ from the machine's own installation: a private node as whoever calls it, loopback only, with a
random password and an epmd of its own."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from config.embedded import files, processes
from config.embedded.errors import NotInstalled
from config.embedded.ports import LOOPBACK, accepts
from config.embedded.server import Server

PROGRAM = "rabbitmq-server"
# The same at every start: the node's database is bound to its name. Nodes of other folders have the same
# name without harm, since each has its own epmd.
NODE = "lamina@localhost"
USER = "lamina"
# Debian's and Fedora's wrapper in /usr/sbin changes the user; the program behind it does not.
UNWRAPPED = Path("/usr/lib/rabbitmq/bin")
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
CONF = """\
listeners.tcp.1 = {host}:{amqp}
default_user = {user}
default_pass = {password}
log.console = true
log.console.level = warning
log.file = false
"""
ERLANG_OPTIONS = "-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"


def find_program() -> Path | None:
    """Return the path of the RabbitMQ server that runs as its caller, or None if there is none."""
    found = shutil.which(PROGRAM)
    wrapped = found is None or Path(found).parent.name == "sbin"
    if wrapped and (UNWRAPPED / PROGRAM).exists():
        return UNWRAPPED / PROGRAM
    return Path(found) if found else None


class RabbitMQ(Server):
    """A private node and its epmd."""

    name = "rabbitmq"
    port_names = ["amqp", "dist", "epmd"]

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        super().__init__(home, durable=durable)
        self.epmd: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Write the configuration, which names this start's ports, and start epmd."""
        conf = CONF.format(host=LOOPBACK, amqp=self.ports["amqp"], user=USER, password=self._password())
        files.write_private(self.home / "rabbitmq.conf", conf)
        (self.home / "enabled_plugins").write_text("[].\n")
        (self.home / "rabbitmq-env.conf").write_text("")
        self._start_epmd()

    def command(self) -> list[str]:
        """Return the server's script, which becomes the Erlang machine itself."""
        return [str(_program())]

    def environ(self) -> dict[str, str]:
        """Return an environment in which nothing of the machine's own RabbitMQ is read or written."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("RABBITMQ_", "ERL_"))}
        return kept | {
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "RABBITMQ_ALLOW_INPUT": "1",  # else the script stays between us and the Erlang machine
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_OPTIONS,
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(self.ports["dist"]),
            "RABBITMQ_MNESIA_BASE": str(self.home),
            "RABBITMQ_LOG_BASE": str(self.home),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
        }

    def is_ready(self) -> bool:
        """Tell whether the node greets an AMQP client."""
        try:
            with socket.create_connection((LOOPBACK, self.ports["amqp"]), timeout=2) as client:
                client.sendall(AMQP_GREETING)
                return client.recv(1) == b"\x01"
        except OSError:
            return False

    def settings(self) -> dict[str, str]:
        address = f"{LOOPBACK}:{self.ports['amqp']}"
        return {"RABBITMQ_URL": f"amqp://{USER}:{self._password()}@{address}/%2F"}

    def stop(self, timeout_s: float = 10) -> None:
        """Stop the node, then its epmd."""
        super().stop(timeout_s)
        self._stop_epmd()

    def _password(self) -> str:
        return files.secret(self.home / "password")

    def _start_epmd(self) -> None:
        port = self.ports["epmd"]
        self.epmd = self._spawn([_epmd(), "-port", str(port), "-address", LOOPBACK])
        processes.wait_until(lambda: accepts(port), timeout_s=5)

    def _stop_epmd(self) -> None:
        if self.epmd is not None:
            self.epmd.send_signal(signal.SIGTERM)
            self.epmd.wait()


def _program() -> Path:
    found = find_program()
    if found is None:
        raise NotInstalled("rabbitmq-server is not installed: install RabbitMQ, or set RABBITMQ_URL.")
    return found


def _epmd() -> str:
    found = shutil.which("epmd")
    if found is None:
        raise NotInstalled("epmd is not installed: it comes with Erlang, which RabbitMQ needs.")
    return found
