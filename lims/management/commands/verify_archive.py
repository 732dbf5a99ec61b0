"""Reads issued reports in the archive again and compares them with what was issued."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lims.services.reports import archive


class Command(BaseCommand):
    help = "Re-read every issued report by its version and compare SHA-256 and size; exit 1 on a difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=int, metavar="N", help="only N versions, chosen at random")

    def handle(self, *args: Any, sample: int | None, **options: Any) -> None:
        if sample is not None and sample < 1:
            raise CommandError("--sample must be at least 1.")
        checked = wrong = 0
        for verdict in archive.verify(sample):
            checked += 1
            if verdict.problem:
                wrong += 1
                self.stdout.write(f"{verdict.name} {verdict.problem}")
        if wrong:
            raise CommandError(f"{wrong} of {checked} versions could not be verified.")
        self.stdout.write(f"{checked} versions are what was issued.")
