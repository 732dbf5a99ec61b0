"""Looks after the cache by hand: what is in it, delete it, prune it, write its expiry rule."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pdfcache import cache, lifecycle, registry
from pdfcache.errors import PdfCacheError


class Command(BaseCommand):
    help = "stats, invalidate, prune or lifecycle of the PDF cache; --dry-run only says what would happen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["stats", "invalidate", "prune", "lifecycle"])
        parser.add_argument("--kind", help="only this document type")
        parser.add_argument("--pk", type=int, help="only this document; needs --kind")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(
        self, *args: Any, verb: str, kind: str | None, pk: int | None, dry_run: bool, **_: Any
    ) -> None:
        verbs: dict[str, Callable[..., Iterator[str]]] = {
            "stats": _stats,
            "invalidate": _invalidate,
            "prune": _prune,
            "lifecycle": _lifecycle,
        }
        try:
            for line in verbs[verb](kind, pk, dry_run):
                self.stdout.write(line)
        except (PdfCacheError, ValueError) as error:
            raise CommandError(str(error)) from error


def _stats(kind: str | None, pk: int | None, dry_run: bool) -> Iterator[str]:
    if kind is not None and pk is not None:
        for key, size, last_modified in cache.cached(kind, pk):
            yield f"{key} {size} bytes, {last_modified:%Y-%m-%d %H:%M:%S} UTC"
        return
    for name, (objects, size) in cache.stats(kind, pk).items():
        yield f"{name}: {objects} objects, {size} bytes"


def _invalidate(kind: str | None, pk: int | None, dry_run: bool) -> Iterator[str]:
    if dry_run:
        objects = sum(of_kind.objects for of_kind in cache.stats(kind, pk).values())
        yield f"{objects} objects would be deleted."
    else:
        yield f"{cache.invalidate(kind, pk)} objects deleted."


def _prune(kind: str | None, pk: int | None, dry_run: bool) -> Iterator[str]:
    count = 0
    for name, number in cache.documents(kind, pk):
        if name not in registry.kinds():
            yield f"{name} {number}: no such document type; `invalidate --kind {name}` deletes the rest."
            continue
        count += len(cache.superseded(name, number)) if dry_run else cache.prune(name, number)
    yield f"{count} objects {'would be deleted' if dry_run else 'deleted'}."


def _lifecycle(kind: str | None, pk: int | None, dry_run: bool) -> Iterator[str]:
    if not dry_run:
        lifecycle.write_expiry()
    yield from lifecycle.expiry_drift() or ["The cache expires as the settings say."]
