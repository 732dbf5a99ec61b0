"""`manage.py work interactive` or `background`: a worker of one queue, by django-dramatiq's own command."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from actors.registry import BACKGROUND, INTERACTIVE, QUEUES, queue_name

THREADS = {INTERACTIVE: 2, BACKGROUND: 4}


class Command(BaseCommand):
    help = "Runs a Dramatiq worker for one queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queue", choices=QUEUES)
        parser.add_argument("--processes", type=int, default=1)
        parser.add_argument("--threads", type=int, default=0, help="by default what suits the queue")

    def handle(self, *, queue: str, processes: int, threads: int, **options: Any) -> None:
        # Replaces this process.
        call_command(
            "rundramatiq",
            "--skip-logging",
            processes=processes,
            threads=threads or THREADS[queue],
            queues=[queue_name(queue)],
            worker_shutdown_timeout=20_000,
        )
