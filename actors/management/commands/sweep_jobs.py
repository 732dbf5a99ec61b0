"""`manage.py sweep_jobs`: the sweeper process."""

import signal
import threading
from functools import partial

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from actors.registry import QUEUES
from actors.sweeping import fail_exhausted, run_due, sweep

SWEEP_EVERY_S = 2.0
RUN_EVERY_S = 0.1


class Command(BaseCommand):
    help = "Wakes jobs that are due or were lost; with --run it runs them itself, without RabbitMQ."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")
        parser.add_argument("--run", action="store_true", help="run due jobs in this process")

    def handle(self, *, once: bool, run: bool, **options) -> None:
        rounds: list = [(partial(run_due, queue), RUN_EVERY_S) for queue in QUEUES] if run else []
        rounds.append((fail_exhausted if run else sweep, SWEEP_EVERY_S))
        if once:
            for work, _every_s in rounds:
                work()
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [threading.Thread(target=self._repeat, args=(*each, stopping)) for each in rounds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, work, every_s: float, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                busy = work()
            except DatabaseError as error:
                self.stderr.write(f"sweep failed, trying again: {type(error).__name__}")
                busy = 0
            close_old_connections()
            stopping.wait(0 if busy and every_s == RUN_EVERY_S else every_s)
