"""Lists: pages by the last row's place, an address with its filters, rows as CSV."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise

from lims.forms.kit.listing import ListFilter

PAGE_SIZE = 25
CSV_CHUNK = 500
# A spreadsheet takes a text that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# The columns of a list's file: the head, and an attribute path of a row or a function of it.
Columns = Sequence[tuple[str | Promise, str | Callable[[Any], Any]]]


def page_of(
    rows: QuerySet, filters: ListFilter, name: str, size: int | None = None
) -> tuple[list[Any], str | None]:
    """Return the asked-for page of a list, in its filters' order, and the next one's address."""
    # By the last row's place, not by an offset: the thousandth page costs what the first costs.
    size = size or PAGE_SIZE
    found = list(filters.rest(rows)[: size + 1])
    page = found[:size]
    return page, address(name, filters.chosen() | filters.place(page[-1])) if len(found) > size else None


def address(name: str, query: dict) -> str:
    """Return a list's address with these filters."""
    url = reverse(name)
    return f"{url}?{urlencode(query)}" if query else url


def list_context(filters: ListFilter, name: str, next_url: str | None) -> dict[str, Any]:
    """Return what the templates of a list need beside its rows."""
    chosen = filters.chosen()
    return {
        "next_url": next_url,
        "is_first": filters.is_first(),
        "filters": filters,
        "chosen": chosen,
        "list_url": reverse(name),
        "first_url": address(name, chosen),
        "csv_url": address(name, chosen | {"format": "csv"}),
    }


def day(path: str) -> Callable[[Any], str]:
    """Return the cell of a day, of the moment under this attribute path."""
    return lambda row: _local(_attribute(row, path), "%Y-%m-%d")


def moment(path: str) -> Callable[[Any], str]:
    """Return the cell of a moment, to the minute, under this attribute path."""
    return lambda row: _local(_attribute(row, path), "%Y-%m-%d %H:%M")


def _local(at: datetime | None, form: str) -> str:
    return f"{timezone.localtime(at):{form}}" if at else ""


class _Echo:
    """A file that gives back what is written, for the csv module."""

    def write(self, text: str) -> str:
        return text


def csv_file(name: str, columns: Columns, rows: QuerySet) -> StreamingHttpResponse:
    """Return all the rows as a file of today, newest first."""
    return csv_of(name, columns, rows.order_by("-pk").iterator(CSV_CHUNK))


def csv_of(name: str, columns: Columns, rows: Iterable[Any]) -> StreamingHttpResponse:
    """Return rows as a file of today, in their order."""
    lines = _spoken(translation.get_language(), _written(columns, rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    filename = f"{name}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _spoken(language: str | None, texts: Iterator[str]) -> Iterator[str]:
    """Yield the texts, each made in this language.

    They are asked for once the request's own language has ended. Nothing of it stays between two of them:
    whatever else runs in this thread then speaks its own.
    """
    while True:
        with translation.override(language):
            text = next(texts, None)
        if text is None:
            return
        yield text


def _written(columns: Columns, rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Spreadsheets take a file for UTF-8 only by this mark.
    yield "\ufeff" + writer.writerow([str(head) for head, _cell in columns])
    for row in rows:
        yield writer.writerow(safe_cells(_value(row, cell) for _head, cell in columns))


def _value(row: Any, cell: str | Callable[[Any], Any]) -> Any:
    value = cell(row) if callable(cell) else _attribute(row, cell)
    return "" if value is None else value


def _attribute(row: Any, path: str) -> Any:
    found = reduce(getattr, path.split("."), row)
    return found() if callable(found) else found


def safe_cells(cells: Iterable) -> list[str]:
    """Return the cells as text that no spreadsheet takes for a formula."""
    texts = [str(cell) for cell in cells]
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]
