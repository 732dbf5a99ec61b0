"""The local servers start again on what is there, whatever happened before."""

import contextlib
import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pika
import pika.exceptions
import psycopg
import pytest
from minio import Minio

from config import embedded
from config.embedded import Postgres, RabbitMQ, SeaweedFS, Server, processes

QUEUE, BUCKET = "kept", "kept"


def write_row(server: Server) -> None:
    """Commit a row."""
    with psycopg.connect(server.settings()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'here' AS word")


def read_row(server: Server) -> str:
    """Return the committed row."""
    with psycopg.connect(server.settings()["DATABASE_URL"]) as connection:
        (word,) = connection.execute("SELECT word FROM kept").fetchone()  # type: ignore[misc]
    return word


def store(server: Server) -> Minio:
    """Return a client of the server."""
    found = server.settings()
    keys = found["S3_ACCESS_KEY"], found["S3_SECRET_KEY"]
    address = found["S3_ENDPOINT_URL"].removeprefix("http://")
    return Minio(address, *keys, secure=False, region=found["S3_REGION"])


def write_object(server: Server) -> None:
    """Put an object."""
    store(server).make_bucket(BUCKET)
    store(server).put_object(BUCKET, "word", io.BytesIO(b"here"), 4)


def read_object(server: Server) -> str:
    """Return the object."""
    with store(server).get_object(BUCKET, "word") as answer:
        return answer.read().decode()


def write_message(server: Server) -> None:
    """Publish a persistent message to a quorum queue, confirmed, and wait until the queue can survive a kill.

    RabbitMQ writes a new queue's place in its directory half a second late; killed before, it keeps the
    message and never finds the queue again.
    """
    with pika.BlockingConnection(pika.URLParameters(server.settings()["RABBITMQ_URL"])) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_publish("", QUEUE, b"here", pika.BasicProperties(delivery_mode=2))
    (directory,) = server.home.glob("*/quorum/*/names.dets")
    assert processes.wait_until(lambda: QUEUE.encode() in directory.read_bytes(), 10)


def read_message(server: Server) -> str:
    """Return the message and leave it in the queue, as soon as the queue has a leader again.

    A reader that died with the server holds the message until the queue notices that, so none is no answer.
    """
    found: list[bytes] = []
    processes.wait_until(lambda: bool(try_to_read(server, found)), 30)
    return b"".join(found).decode()


def try_to_read(server: Server, found: list[bytes]) -> list[bytes]:
    """Add the message to `found` and return it; a queue without a leader, or without it, adds nothing."""
    address = pika.URLParameters(server.settings()["RABBITMQ_URL"])
    no_leader = contextlib.suppress(pika.exceptions.ConnectionClosedByBroker)
    with no_leader, pika.BlockingConnection(address) as connection:
        _, _, body = connection.channel().basic_get(QUEUE)
        found += [body] if body else []
    return found


CASES = {
    "postgres": (Postgres, write_row, read_row),
    "s3": (SeaweedFS, write_object, read_object),
    "rabbitmq": (RabbitMQ, write_message, read_message),
}
Case = tuple[type[Server], Callable[[Server], None], Callable[[Server], str]]


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """A kind of server, how to write something to it and how to read it back."""
    return request.param


@pytest.fixture
def begin() -> Iterator[Callable[[Server], Server]]:
    """Start servers and wait for them; they end with the test."""
    started: list[Server] = []

    def start(server: Server) -> Server:
        started.append(server)
        server.launch()
        server.wait_until_ready()
        return server

    yield start
    for server in reversed(started):
        server.stop()


@pytest.fixture
def home(tmp_path: Path, cluster: Path) -> Path:
    """A folder in which PostgreSQL has been prepared."""
    shutil.copytree(cluster, tmp_path / "home")
    return tmp_path / "home"


def test_data_is_there_after_a_stop_a_kill_and_the_loss_of_the_supervisor(
    case: Case, begin: Callable[[Server], Server], tmp_path: Path
) -> None:
    kind, write, read = case
    server = begin(kind(tmp_path / "home"))
    write(server)
    server.stop()
    server = begin(kind(tmp_path / "home"))
    assert read(server) == "here"
    server.kill()
    lost = begin(kind(tmp_path / "home"))
    assert read(lost) == "here"
    # Whoever started that one is as good as gone: the next takes the folder over.
    assert read(begin(kind(tmp_path / "home"))) == "here"
    assert not lost.is_running()


def test_a_stale_process_number_stops_nothing(begin: Callable[[Server], Server], home: Path) -> None:
    server = Postgres(home)
    # PostgreSQL would take any living process of this user for itself.
    with subprocess.Popen(["sleep", "60"]) as somebody_else:
        (server.data / "postmaster.pid").write_text(f"{somebody_else.pid}\n{server.data}\n")
        assert begin(server).is_ready()
        somebody_else.kill()


def test_a_cluster_left_half_made_is_made_anew(begin: Callable[[Server], Server], tmp_path: Path) -> None:
    half = tmp_path / "home" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert begin(Postgres(tmp_path / "home")).is_ready()


def test_a_server_that_cannot_start_says_its_last_words(home: Path) -> None:
    server = Postgres(home)
    (server.data / "global" / "pg_control").unlink()
    server.launch()
    with pytest.raises(embedded.EmbeddedError, match="pg_control"):
        server.wait_until_ready()


def test_what_the_environment_names_is_not_started(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgres://x", "S3_ENDPOINT_URL": "http://x", "RABBITMQ_URL": "amqp://x"}
    assert embedded.missing_servers(tmp_path, named) == []
    one = embedded.missing_servers(tmp_path, named | {"S3_ENDPOINT_URL": ""})
    assert [server.name for server in one] == ["s3"]
