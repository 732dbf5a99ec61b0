"""Statistics for administrators: turnaround, volumes and who sends most, as charts, tables and CSV."""

from datetime import date
from typing import Any, NamedTuple

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from lims.forms.overview.statistics import StatisticsFilter
from lims.models.protocols import ProtocolKind
from lims.requests import AuthenticatedRequest
from lims.services.overview import statistics as service
from lims.services.overview.statistics import Turnaround
from lims.views.kit.guard import authenticated
from lims.views.kit.listing import Columns, address, csv_of


class Month(NamedTuple):
    """How many samples were received and reported in a month, by kind."""

    month: date
    counts: list[int]


@require_safe
@authenticated
def statistics(request: AuthenticatedRequest) -> HttpResponseBase:
    """Show administrators how the last months went; `?format=csv` has the turnaround times."""
    filters = StatisticsFilter({"months": request.GET.get("months", "")})
    months = service.months_until_now(filters.count())
    taken = service.turnaround(request.user, months)
    received = service.received(request.user, months)
    if request.GET.get("format") == "csv":
        return csv_of(_("turnaround"), COLUMNS, taken)
    shown = _begun(months, taken, received)
    context = {
        "filters": StatisticsFilter(initial={"months": len(months)}),
        "turnaround": [_of_kind(kind, shown, taken) for kind in ProtocolKind],
        "volumes": _volumes(shown, taken, received),
        "busiest": service.busiest(request.user, months),
        "csv_url": address("statistics", {"months": len(months), "format": "csv"}),
    }
    return render(request, "statistics/page.html", context)


def _begun(months: list[date], taken: list[Turnaround], received: dict[tuple[str, date], int]) -> list[date]:
    """Return the months from the first on in which there was anything; a young laboratory has few."""
    busy = [month for (_kind, month), count in received.items() if count]
    busy += [one.month for one in taken if one.month and one.reported]
    return [month for month in months if month >= min(busy, default=months[-1])]


def _of_kind(kind: ProtocolKind, months: list[date], taken: list[Turnaround]) -> dict[str, Any]:
    own = [one for one in taken if one.kind == kind]
    return {
        "kind": kind,
        "months": [one for one in own if one.month in months],
        "whole": next(one for one in own if one.month is None),
    }


def _volumes(
    months: list[date], taken: list[Turnaround], received: dict[tuple[str, date], int]
) -> list[Month]:
    reported = {(one.kind, one.month): one.reported for one in taken}
    return [
        Month(
            month,
            [
                *(received[kind.value, month] for kind in ProtocolKind),
                *(reported[kind, month] for kind in ProtocolKind),
            ],
        )
        for month in months
    ]


COLUMNS: Columns = (
    (_lazy("Kind"), "kind.label"),
    (_lazy("Month of the report"), lambda one: f"{one.month:%Y-%m}" if one.month else _("all")),
    (_lazy("Reported"), "reported"),
    (_lazy("Working days, median"), "median_days"),
    (_lazy("Working days, four of five"), "most_days"),
)
