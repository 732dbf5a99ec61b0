"""Lines that were sent for an order which takes none from a form any more: told, so none is lost unseen."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from lims.errors import StaleEdit
from lims.forms.kit.parsing import typed_pk
from lims.forms.work_orders.lines import PREFIX, ROWS_MAX
from lims.models import Protocol

TYPED = ("service", "description", "quantity", "unit_price", "discount")


@dataclass(frozen=True)
class UnsavedLine:
    """A line in its writer's own words, whether they make sense or not."""

    sample: str
    service: str
    description: str
    quantity: str
    unit_price: str
    discount: str


def carries_lines(data: QueryDict) -> bool:
    """Return whether lines were sent, charged or not."""
    return _count(data) > 0


def unsaved_lines(data: QueryDict) -> list[UnsavedLine]:
    """Return what was to be charged, of the portal's form or of the admin's."""
    rows = [f"{PREFIX}-{number}-" for number in range(_count(data))]
    wanted = [row for row in rows if data.get(f"{row}wanted") or _is_kept(data, row)]
    samples = _samples(data, wanted)
    return [
        UnsavedLine(samples[row], *(data.get(f"{row}{name}", "").strip() for name in TYPED)) for row in wanted
    ]


def lines_refused() -> StaleEdit:
    """Return the refusal of lines that were sent for an order which takes none from a form any more."""
    return StaleEdit(
        _("The lines of this order can no longer be changed in this form, so nothing was saved.")
    )


def _is_kept(data: QueryDict, row: str) -> bool:
    return bool(data.get(f"{row}code", "").strip()) and not data.get(f"{row}DELETE")


def _samples(data: QueryDict, rows: list[str]) -> dict[str, str]:
    pks = {row: typed_pk(data.get(f"{row}protocol", "")) for row in rows}
    found = Protocol.objects.in_bulk({pk for pk in pks.values() if pk})
    codes = {row: found[pk].code for row, pk in pks.items() if pk in found}
    return {row: codes.get(row) or data.get(f"{row}code", "").strip() for row in rows}


def _count(data: QueryDict) -> int:
    return min(typed_pk(data.get(f"{PREFIX}-TOTAL_FORMS", "")) or 0, ROWS_MAX)
