"""`manage.py missing_translations`: which sentences of the program lack their Spanish one.

With `--add` the missing ones are put into the .po, ready to be translated, and those that the program no
longer uses are dropped.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

FOLDERS = ("actors", "config", "lims", "pdfcache", "templates")
KEYWORDS = DEFAULT_KEYWORDS | {
    "_lazy": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Command(BaseCommand):
    help = "Lists messages of the program that are missing, untranslated or fuzzy in Spanish; exits 1 if any."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--add", action="store_true", help="add what is missing to the .po, drop what is unused"
        )

    def handle(self, *, add: bool, **options: Any) -> None:
        path = Path(settings.LOCALE_PATHS[0]) / "es" / "LC_MESSAGES" / "django.po"
        wanted = messages_of(Path(settings.BASE_DIR))
        known = read_catalogue(path)
        if add:
            write_catalogue(path, merged(wanted, known))
        missing = [message for message in wanted if message.id and not is_translated(known, message)]
        for message in missing:
            where = ", ".join(f"{file}:{line}" for file, line in message.locations[:2])
            self.stdout.write(f"{where}: {_first(message.id)!r}")
        if missing:
            short = path.relative_to(settings.BASE_DIR)
            raise CommandError(f"{len(missing)} messages lack a Spanish translation in {short}.")


def messages_of(root: Path) -> Catalog:
    """Return every message that the program's modules and templates mark for translation."""
    catalogue = Catalog(locale="es")
    for path in _sources(root):
        for line, message, comments, context in _extracted(path):
            location = (str(path.relative_to(root)), line)
            catalogue.add(message, locations=[location], auto_comments=comments, context=context)
    return catalogue


def read_catalogue(path: Path) -> Catalog:
    """Return the Spanish catalogue as it is, empty if there is none."""
    if not path.exists():
        return Catalog(locale="es")
    with path.open("rb") as file:
        return read_po(file, locale="es")


def merged(wanted: Catalog, known: Catalog) -> Catalog:
    """Return the wanted messages, with the translations that are known."""
    for message in wanted:
        found = known.get(message.id, message.context) if message.id else None
        if found is not None:
            message.string = found.string
            message.flags |= found.flags & {"fuzzy"}
    return wanted


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue whose text depends on the messages alone: no dates, no line numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    path.write_text(header + buffer.getvalue().decode().lstrip(), encoding="utf-8")


def is_translated(known: Catalog, message: Message) -> bool:
    """Tell whether a message has a whole translation that nobody doubts."""
    found = known.get(message.id, message.context)
    if found is None or found.fuzzy:
        return False
    return all(found.string) if isinstance(found.string, tuple) else bool(found.string)


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "__pycache__" not in path.parts:
                yield path


def _extracted(path: Path) -> Iterator[tuple]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django's own reading of a template as code; its indentation would mean something to Python.
        source = re.sub(r"(?m)^[ \t]+", "", templatize(source, origin=str(path)))
    file = io.BytesIO(source.encode())
    return extract("python", file, keywords=KEYWORDS, options={"encoding": "utf-8"})


def _first(message_id: str | tuple | list) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]
