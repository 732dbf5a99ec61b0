"""Makes the buckets, their expiry, versions and lock; with --check only prints what differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pdfcache import lifecycle
from pdfcache.errors import StoreError


class Command(BaseCommand):
    help = (
        "Prepare the S3 buckets (idempotent). --check changes nothing, prints the drift and exits 1 if any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only print what differs from the settings")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        try:
            drift = lifecycle.drift() if check else lifecycle.prepare()
        except StoreError as error:
            raise CommandError(str(error)) from error
        for sentence in drift:
            self.stdout.write(sentence)
        if drift:
            raise CommandError("The storage differs from the settings.")
        self.stdout.write("The storage is as the settings say.")
