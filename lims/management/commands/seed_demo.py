"""`seed_demo`: the demo laboratory, for looking at. Its accounts have a public password."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lims.demo.seeding import seed


class Command(BaseCommand):
    help = "Fill an empty laboratory with the demo; does nothing where the demo is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--protocols", type=int, default=300, help="how many protocols (default 300)")
        parser.add_argument("--seed", type=int, default=1, help="the same writes the same (default 1)")

    def handle(self, *, protocols: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo's accounts have a public password: LAMINA_DEMO=1, on loopback, only."
            )
        if protocols < 0:
            raise CommandError("--protocols must not be negative.")
        self.stdout.write(_summary(protocols, seed))


def _summary(protocols: int, chosen: int) -> str:
    seeded = seed(protocols, chosen)
    if seeded is None:
        return "The demo laboratory is there already; nothing was changed."
    papers = f"{seeded.work_orders} work orders, {seeded.reports} reports to be issued"
    return f"Demo laboratory: {seeded.protocols} protocols, {papers}."
