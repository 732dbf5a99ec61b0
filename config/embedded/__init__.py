"""Private PostgreSQL, S3 and RabbitMQ for `make run` and the tests, each on free loopback ports with its
data under one folder. A server whose environment variable is set is not started: that one is used."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.embedded import compose, files
from config.embedded.errors import AlreadyRunning, EmbeddedError, NotInstalled
from config.embedded.postgres import Postgres
from config.embedded.rabbitmq import RabbitMQ, find_program
from config.embedded.seaweedfs import SeaweedFS
from config.embedded.server import Server

__all__ = [
    "AlreadyRunning",
    "EmbeddedError",
    "NotInstalled",
    "Postgres",
    "RabbitMQ",
    "SeaweedFS",
    "Server",
    "launch",
    "missing_servers",
    "running",
    "settings",
    "stop",
]

STOP_TIMEOUT_S = 8.0


def missing_servers(
    home: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
) -> list[Server]:
    """Return the servers that `environ` does not name, slowest to start first; none is started yet.

    RabbitMQ is among them only if it is installed.
    """
    servers: list[Server] = []
    if not environ.get("RABBITMQ_URL") and find_program():
        servers.append(RabbitMQ(home / "rabbitmq", durable=durable))
    if not environ.get("S3_ENDPOINT_URL"):
        servers.append(SeaweedFS(home / "s3", durable=durable))
    if not environ.get("DATABASE_URL"):
        servers.append(Postgres(home / "postgres", durable=durable))
    return servers


def launch(servers: list[Server]) -> None:
    """Start all servers at once and return before they are ready. If one cannot start, none stays."""
    try:
        for server in servers:
            server.launch()
    except BaseException:
        stop(servers)
        raise


def settings(servers: list[Server]) -> dict[str, str]:
    """Return the environment variables by which our programs find these servers."""
    return {name: value for server in servers for name, value in server.settings().items()}


def stop(servers: list[Server]) -> None:
    """Stop all servers, at the same time; those that do not end in time are killed."""
    for server in servers:
        server.ask_to_stop()
    for server in servers:
        server.stop(STOP_TIMEOUT_S)


@contextmanager
def running(home: Path, *, durable: bool = True, broker_required: bool = False) -> Iterator[list[Server]]:
    """Hold the missing servers, ready, for the length of a `with`.

    Raises AlreadyRunning, EmbeddedError, and NotInstalled where a required broker can be had by no means.
    """
    servers = missing_servers(home, durable=durable)
    if broker_required and not os.environ.get("RABBITMQ_URL") and not find_program():
        servers.insert(0, _broker_in_a_container(home))
    descriptor = files.lock(files.private_folder(home))
    try:
        launch(servers)
        for server in servers:
            server.wait_until_ready()
        yield servers
    finally:
        stop(servers)
        os.close(descriptor)


def _broker_in_a_container(home: Path) -> Server:
    if not compose.engine_answers():
        raise NotInstalled(
            "RabbitMQ is not on this machine: install the package rabbitmq-server, or set RABBITMQ_URL."
        )
    return compose.ComposeRabbitMQ(home / "rabbitmq")
