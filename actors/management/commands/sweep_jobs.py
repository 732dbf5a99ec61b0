"""`manage.py sweep_jobs`: the sweeper process."""

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import structlog
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from actors.registry import QUEUES
from actors.sweeping import enqueue_scheduled, fail_exhausted, forget_done, run_due, sweep

log = structlog.get_logger(__name__)

SWEEP_EVERY_S = 2.0
RUN_EVERY_S = 0.1
FORGET_EVERY_S = 60.0
SCHEDULE_EVERY_S = 60.0


class Round(NamedTuple):
    """A function repeated in a thread of its own; `work` returns how much there was to do."""

    work: Callable[[], int]
    every_s: float


class Command(BaseCommand):
    help = "Wakes jobs that are due or were lost; with --run it runs them itself, without RabbitMQ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now and end")
        parser.add_argument("--run", action="store_true", help="run due jobs in this process")

    def handle(self, *, once: bool, run: bool, **options: Any) -> None:
        if once:
            for each in rounds(run):
                do_all(each)
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [threading.Thread(target=repeat, args=(each, stopping)) for each in rounds(run)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def rounds(run: bool) -> list[Round]:
    """Return what a sweeper does; with `run`, each queue has a thread, as it has a worker otherwise."""
    tidying = [Round(enqueue_scheduled, SCHEDULE_EVERY_S), Round(forget_done, FORGET_EVERY_S)]
    if not run:
        return [*tidying, Round(sweep, SWEEP_EVERY_S)]
    running = [Round(partial(run_due, queue), RUN_EVERY_S) for queue in QUEUES]
    return [*tidying, *running, Round(fail_exhausted, SWEEP_EVERY_S)]


def do_all(each: Round) -> None:
    """Do a round until it finds nothing more; what a run makes due only later stays for the next one."""
    while each.work():
        continue


def repeat(each: Round, stopping: threading.Event) -> None:
    """Do a round until `stopping` is set; without a pause while a runner finds jobs."""
    while not stopping.is_set():
        found = 0
        try:
            found = each.work()
        except Exception as error:
            # Most likely the database is away: the next round finds what this one left.
            log.warning("sweep failed, trying again", error=type(error).__name__)
        close_old_connections()
        stopping.wait(0 if found and each.every_s == RUN_EVERY_S else each.every_s)
