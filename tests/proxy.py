"""A TCP proxy in a thread that can be told to misbehave, for drills against real servers."""

import asyncio
import contextlib
import socket
import threading

PASS, REFUSE, BLACK_HOLE, RESET, DELAY, HTTP_500 = "pass", "refuse", "black hole", "reset", "delay", "500"

DELAY_S = 0.2
# A reset comes after so many bytes of an answer: half-way.
RESET_AFTER_BYTES = 2_000
ANSWER_500 = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Forwards to a server on loopback; `mode` may be changed at any time, `cut()` ends all connections."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self.mode = PASS
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = self._wait(asyncio.start_server(self._serve, "127.0.0.1", 0), start=True)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_exc) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def cut(self) -> None:
        """End every open connection at once."""
        self._wait(self._abort_all())

    def _wait(self, coroutine, start: bool = False):
        if start:
            self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _abort_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == REFUSE:
            return writer.transport.abort()
        if self.mode == HTTP_500:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER_500)
            return await writer.drain()
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._target)
        self._writers.add(upstream_writer)
        try:
            there = asyncio.ensure_future(self._pump(reader, upstream_writer, answer=False))
            back = asyncio.ensure_future(self._pump(upstream_reader, writer, answer=True))
            _done, pending = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
        finally:
            self._writers.discard(upstream_writer)
            upstream_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bool) -> None:
        sent_bytes = 0
        while chunk := await reader.read(16_384):
            if self.mode == DELAY:
                await asyncio.sleep(DELAY_S)
            if self.mode == BLACK_HOLE:
                continue
            if self.mode == RESET and answer and sent_bytes + len(chunk) > RESET_AFTER_BYTES:
                return writer.transport.abort()
            writer.write(chunk)
            await writer.drain()
            sent_bytes += len(chunk)


def closed_port() -> int:
    """Return a port of loopback on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
