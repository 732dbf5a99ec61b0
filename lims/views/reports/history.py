"""Timeline of a report, as far as its reader may know it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lims.models import Report, ReportHistory, User

Action = ReportHistory.Action
# The rest is the laboratory's affair; an amendment that was begun is a draft, of which vets know nothing.
OF_VETS = (Action.FINALIZED, Action.ISSUED, Action.SUPERSEDED, Action.WITHDRAWN)
ENTRIES_MAX = 100


@dataclass(frozen=True)
class TimelineEntry:
    action: str
    at: datetime
    who: str
    note: str


def history_entries(report: Report, reader: User) -> list[TimelineEntry]:
    """Return the entries that the reader may see, newest first."""
    rows = report.history.select_related("by__staff_member")
    if not reader.is_laboratory:
        rows = rows.filter(action__in=OF_VETS)
    return [_entry(row, reader) for row in rows[:ENTRIES_MAX]]


def _entry(row: ReportHistory, reader: User) -> TimelineEntry:
    note = row.note if reader.is_laboratory or row.action == Action.WITHDRAWN else ""
    who = row.by.name_for(reader) if row.by else _("automatically")
    return TimelineEntry(row.get_action_display(), row.at, who, note)
