"""A small HTTP load generator: keep-alive sockets that send prepared requests, as cheap as Python can."""

import socket
import statistics
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

CSRF_TOKEN = "c" * 32


@dataclass(frozen=True)
class Timing:
    """Latencies of one kind of request, in milliseconds."""

    p50_ms: float
    p95_ms: float
    count: int

    @classmethod
    def of(cls, seconds: list[float]) -> "Timing":
        ordered = sorted(seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return cls(statistics.median(ordered) * 1000, p95 * 1000, len(ordered))


class Connection:
    """One keep-alive connection that sends one request again and again, or a POST to this or that path."""

    def __init__(self, base_url: str, path: str, session: str) -> None:
        parts = urlsplit(base_url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"Host: {parts.netloc}\r\nCookie: sessionid={session}; csrftoken={CSRF_TOKEN}\r\n"
            f"X-CSRFToken: {CSRF_TOKEN}\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n"
        )
        self._request = self._prepared("GET", path)

    def send(self, expected: int) -> float:
        """Send the request, read the whole answer and return the seconds; fail on another status."""
        return self._send(self._request, expected)

    def post(self, path: str, expected: int) -> float:
        """Post nothing to a path, and do as `send` does."""
        return self._send(self._prepared("POST", path), expected)

    def _prepared(self, method: str, path: str) -> bytes:
        return f"{method} {path} HTTP/1.1\r\n{self._head}".encode()

    def _send(self, request: bytes, expected: int) -> float:
        start_s = time.perf_counter()
        self._socket.sendall(request)
        head, _, body = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        while len(body) < length:
            body += self._socket.recv(65_536)
        status = int(head.split(b" ", 2)[1])
        assert status == expected, (status, body[:300])
        return time.perf_counter() - start_s

    def close(self) -> None:
        self._socket.close()

    def _until(self, mark: bytes) -> bytes:
        received = b""
        while mark not in received:
            chunk = self._socket.recv(65_536)
            assert chunk, "the server closed the connection"
            received += chunk
        return received


def one_by_one(base_url: str, session: str, requests: dict[str, tuple[str, int]], rounds: int, each: int):
    """Return Timings by name of requests sent by one client, interleaved so that noise meets all alike."""
    connections = {name: Connection(base_url, path, session) for name, (path, _) in requests.items()}
    seconds: dict[str, list[float]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, (_path, status) in requests.items():
            seconds[name] += [connections[name].send(status) for _ in range(each)]
    for connection in connections.values():
        connection.close()
    return {name: Timing.of(taken[each:] or taken) for name, taken in seconds.items()}


def throughput(base_url: str, session: str, path: str, status: int, clients: int, each: int) -> float:
    """Return the requests per second of so many clients at once."""
    connections = [Connection(base_url, path, session) for _ in range(clients)]
    for connection in connections:
        connection.send(status)
    barrier = threading.Barrier(clients + 1)

    def run(connection: Connection) -> None:
        barrier.wait()
        for _ in range(each):
            connection.send(status)

    threads = [threading.Thread(target=run, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    barrier.wait()
    start_s = time.perf_counter()
    for thread in threads:
        thread.join()
    taken_s = time.perf_counter() - start_s
    for connection in connections:
        connection.close()
    return clients * each / taken_s
