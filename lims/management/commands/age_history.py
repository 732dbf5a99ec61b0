"""Lets changes and accesses go that are older than is kept, or tells what would go."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lims.errors import Incomplete
from lims.services.history import retention
from lims.services.history.retention import Aged


class Command(BaseCommand):
    help = (
        "Remove whole months of the history that are older than HISTORY_MONTHS; can be stopped and repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, metavar="N", help="keep N months instead, at least 12")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only tell what would go")

    def handle(self, *args: Any, months: int | None, dry_run: bool, **options: Any) -> None:
        try:
            kept = retention.policy(months)
        except Incomplete as error:
            raise CommandError(str(error)) from error
        if kept is None:
            raise CommandError("The history is kept for ever: set HISTORY_MONTHS, or give --months.")
        if dry_run:
            self._tell(retention.foresee(kept), "would be ")
        else:
            self._tell((aged for batch in retention.age(kept) for aged in batch.aged), "")
        self.stdout.write(f"Kept: everything since {retention.first_kept(kept):%Y-%m}.")

    def _tell(self, aged: Iterable[Aged], would_be: str) -> None:
        removed: Counter[tuple[str, date]] = Counter()
        reduced: Counter[tuple[str, date]] = Counter()
        for each in aged:
            removed[each.kind, each.month] += each.removed
            reduced[each.kind, each.month] += each.reduced
        for (kind, month), count in sorted(removed.items()):
            also = f", {reduced[kind, month]} {would_be}reduced to what was known"
            self.stdout.write(f"{kind} {month:%Y-%m}: {count} rows {would_be}removed{also}.")
