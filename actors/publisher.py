"""One thread and one connection per process that send wake-ups, each within a bounded time.

A broker that accepts bytes and never confirms them would hold a request for as long as its
heartbeats last; here only this thread waits, and the request gives up after PUBLISH_TIMEOUT_S.
"""

import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from dramatiq import Message

from actors.errors import BrokerAway

PUBLISH_TIMEOUT_S = 1.0
# The breaker stays open for so long after a failure: an outage costs one request, not each.
BREAKER_S = 30.0
HEARTBEAT_EVERY_S = 5.0


class Publisher:
    """Runs `publish(message)` in a thread of its own; `idle()` is called there now and then."""

    def __init__(self, publish: Callable, idle: Callable[[], None], close: Callable[[], None]) -> None:
        self._publish, self._idle, self._close = publish, idle, close
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def publish(self, message: Message) -> None:
        """Send one message; raise what the sending raised, or TimeoutError. Sending twice is harmless."""
        future: Future = Future()
        self._waiting.put((message, future))
        future.result(timeout=PUBLISH_TIMEOUT_S)

    def stop(self, wait_s: float = 0) -> None:
        """Let the thread close its connection and end once it is free; wait for that so long at most."""
        self._waiting.put(None)
        self._thread.join(wait_s)

    def _run(self) -> None:
        while True:
            try:
                entry = self._waiting.get(timeout=HEARTBEAT_EVERY_S)
            except queue.Empty:
                self._idle()
                continue
            if entry is None:
                return self._close()
            self._send(*entry)

    def _send(self, message: Message, future: Future) -> None:
        try:
            self._publish(message)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(None)


class Breaker:
    """Remembers for a while that the broker was away."""

    def __init__(self) -> None:
        self._open_until_s = 0.0

    def check(self) -> None:
        """Raise BrokerAway while the breaker is open."""
        if time.monotonic() < self._open_until_s:
            raise BrokerAway("RabbitMQ was away a moment ago; the sweeper retries.")

    def trip(self) -> None:
        self._open_until_s = time.monotonic() + BREAKER_S

    def reset(self) -> None:
        self._open_until_s = 0.0


class Publishers:
    """The current publisher of this process: made on first use, anew after a fork or a hang."""

    def __init__(self, make: Callable[[], Publisher]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._current: Publisher | None = None
        self._pid = 0

    def get(self) -> Publisher:
        with self._lock:
            if self._current is None or self._pid != os.getpid():
                self._current, self._pid = self._make(), os.getpid()
            return self._current

    def discard(self, publisher: Publisher) -> None:
        """Give up a publisher that hangs; its thread ends when its connection's heartbeats do."""
        with self._lock:
            if self._current is publisher:
                self._current = None
        publisher.stop()

    def stop(self) -> None:
        """End the current publisher, if this process has one, and wait a little for its last message."""
        with self._lock:
            current, self._current = self._current, None
        if current is not None and self._pid == os.getpid():
            current.stop(PUBLISH_TIMEOUT_S)
