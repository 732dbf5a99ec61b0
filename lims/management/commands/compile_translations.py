"""`manage.py compile_translations`: every .po under locale/ becomes the .mo that Django reads."""

import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles locale/**/*.po to .mo files, without gettext."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        for root in settings.LOCALE_PATHS:
            for source in sorted(Path(root).rglob("*.po")):
                compile_catalogue(source)


def compile_catalogue(source: Path) -> None:
    """Write the .mo beside a .po, whole or not at all; idempotent, and safe beside others who do the same."""
    with source.open("rb") as file:
        catalogue = read_po(file)
    target = source.with_suffix(".mo")
    partial = source.with_suffix(f".mo.{os.getpid()}")
    with partial.open("wb") as file:
        write_mo(file, catalogue)
    partial.replace(target)
