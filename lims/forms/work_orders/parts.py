"""A draft of more lines than one form holds is written part by part; places of lines count from 0."""

from dataclasses import dataclass

from django.http import QueryDict

from lims.forms.kit.parsing import typed_pk
from lims.forms.work_orders.lines import EDITABLE_LINES_MAX
from lims.services.work_orders.lines import LINES_MAX


@dataclass(frozen=True)
class Page:
    """One of the pages of a long draft, with the places of its first and last line as people count them."""

    number: int
    first: int
    last: int


def part_on(page: int) -> range:
    """Return the places of the lines that stand on a page, which counts from 1, of a draft long enough."""
    return range((page - 1) * EDITABLE_LINES_MAX, page * EDITABLE_LINES_MAX)


def typed_page(text: str) -> int:
    """Return the page that an address names, the first where it names none."""
    return min(typed_pk(text) or 1, LINES_MAX)


def part_sent(data: QueryDict) -> range | None:
    """Return the places of the lines in whose stead those of a form are sent; None if it stands for all."""
    count = typed_pk(data.get("count", ""))
    first = typed_pk(data.get("first", "")) or 0
    return range(first, first + count) if count else None


def pages_beside(part: range, count: int) -> list[Page]:
    """Return the pages before and after a part of so many lines, as far as there are any."""
    number = part.start // EDITABLE_LINES_MAX + 1
    found = [(page, part_on(page)) for page in (number - 1, number + 1) if page > 0]
    return [
        Page(page, places.start + 1, min(places.stop, count))
        for page, places in found
        if places.start < count
    ]
