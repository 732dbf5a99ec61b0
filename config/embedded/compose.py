"""RabbitMQ from compose.yaml, for tests on a machine that has a container engine but no RabbitMQ."""

import json
import os
import re
import shutil
import socket
import subprocess
import zlib
from pathlib import Path

from config.embedded import files
from config.embedded.ports import LOOPBACK
from config.embedded.rabbitmq import AMQP_GREETING, USER
from config.embedded.server import Server

COMPOSE_FILE = Path(__file__).resolve().parents[2] / "compose.yaml"
PULL_TIMEOUT_S = 300


def engine_answers() -> bool:
    """Tell whether Docker Compose is here and its engine runs."""
    if shutil.which("docker") is None or not COMPOSE_FILE.exists():
        return False
    return all(_succeeds("docker", *words) for words in (("compose", "version"), ("info",)))


class ComposeRabbitMQ(Server):
    """The `rabbitmq` service alone, as a project of its own, on a free loopback port."""

    name = "rabbitmq"
    port_names = ["amqp"]

    def prepare(self) -> None:
        """Fetch the image and write what differs from compose.yaml: the port and the account."""
        service = {
            "ports": [f"{LOOPBACK}:{self.ports['amqp']}:5672"],
            "environment": {"RABBITMQ_DEFAULT_USER": USER, "RABBITMQ_DEFAULT_PASS": self._password()},
            # The service's own network leads nowhere, and a port cannot be published on it.
            "networks": ["default"],
        }
        override = json.dumps({"services": {"rabbitmq": service}})
        # `!override` replaces the published ports; without it Compose would add to them.
        override = override.replace('"ports": ', '"ports": !override ')
        files.write_private(self.home / "override.yaml", override)
        subprocess.run(
            self._compose("pull", "--quiet", "rabbitmq"), env=self.environ(), timeout=PULL_TIMEOUT_S
        )

    def command(self) -> list[str]:
        """Return `docker compose up` in the foreground, which ends the container when it ends."""
        return self._compose("up", "--no-deps", "--no-log-prefix", "rabbitmq")

    def environ(self) -> dict[str, str]:
        """Return the environment with something for every variable that other services demand."""
        demanded = re.findall(r"\$\{([A-Z][A-Z0-9_]*):\?", COMPOSE_FILE.read_text())
        return dict.fromkeys(demanded, "unused") | dict(os.environ)

    def is_ready(self) -> bool:
        """Tell whether the broker greets an AMQP client; the engine's proxy accepts before it does."""
        try:
            with socket.create_connection((LOOPBACK, self.ports["amqp"]), timeout=2) as client:
                client.sendall(AMQP_GREETING)
                return client.recv(1) == b"\x01"
        except OSError:
            return False

    def settings(self) -> dict[str, str]:
        return {"RABBITMQ_URL": f"amqp://{USER}:{self._password()}@{LOOPBACK}:{self.ports['amqp']}/%2F"}

    def stop(self, timeout_s: float = 10) -> None:
        """Stop the container and remove it with its volume."""
        super().stop(timeout_s)
        subprocess.run(self._compose("down", "--volumes"), env=self.environ(), capture_output=True)

    def _compose(self, *words: str) -> list[str]:
        project = f"lamina-{zlib.crc32(str(self.home).encode()):08x}"
        compose_files = ("-f", str(COMPOSE_FILE), "-f", str(self.home / "override.yaml"))
        return ["docker", "compose", "-p", project, *compose_files, *words]

    def _password(self) -> str:
        return files.secret(self.home / "password")


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0
