"""What every verb on a report shares: whose it is, which state it is in, and its history."""

from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from lims.documents.paper.reading import RowReader
from lims.errors import InvalidTransition, NotAllowed, NotVisible
from lims.models import Report, ReportHistory, ReportStatus, Role, User
from lims.models.reports import TRANSITIONS


def path(report: Report) -> str:
    """Return where in the portal a report is."""
    return reverse("report", args=(report.pk,))


def is_author(by: User, report: Report) -> bool:
    """Return whether the user may write, finalize, amend and withdraw this report, as far as rights go."""
    return _is_author(by, report.author.staff_member.user_id)


def may_amend(by: User, report: Report) -> bool:
    """Return whether the user may amend and withdraw this report: its author, and once that account is closed
    any pathologist, whose own signature is then under the new version.
    """
    is_left_behind = not report.author.staff_member.user.is_active
    return is_author(by, report) or (by.role == Role.PATHOLOGIST and is_left_behind)


def find(by: User, pk: int) -> Report:
    """Return a report that the user may see, with its protocol and author; raise NotVisible."""
    found = _visible(by).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such report."))
    return found


def own(by: User, pk: int) -> Report:
    """Return the user's own report, its row and its protocol's locked until the transaction ends.

    Raises NotVisible, and NotAllowed for everybody but its author.
    """
    report = _locked(by, pk)
    require_author(by, report.author.staff_member.user_id)
    return report


def require_author(by: User, author: int | None) -> None:
    """Raise NotAllowed for everybody but the author of a report, who is the user with this id."""
    if not _is_author(by, author):
        raise NotAllowed(_("Only its author may do this with a report."))


def row(by: User, pk: int, columns: tuple[str, ...], locks: tuple[type[Model], ...] = ()) -> dict[str, Any]:
    """Return these columns of a report that the user may see, by a prepared statement; raise NotVisible.

    The rows of the tables `locks` stay locked until the transaction ends.
    """
    found = _reader(by.role, columns, locks).read(pk, by.pk)
    if found is None:
        raise NotVisible(_("There is no such report."))
    return found


def own_or_left(by: User, pk: int) -> Report:
    """Return a report that the user may amend, locked as `own` does; raise NotVisible and NotAllowed."""
    report = _locked(by, pk)
    if not may_amend(by, report):
        raise NotAllowed(_("Only its author may do this with a report."))
    return report


def own_draft(by: User, pk: int) -> Report:
    """Return the user's own draft, locked as `own` does; raise InvalidTransition if it is none any more."""
    report = own(by, pk)
    if report.status != ReportStatus.DRAFT:
        raise InvalidTransition(
            _("This report was finalized and can no longer be changed; it can be amended.")
        )
    return report


def transition(report: Report, status: ReportStatus) -> None:
    """Set the state of a report that the caller holds locked and saves; raise InvalidTransition."""
    if status not in TRANSITIONS[ReportStatus(report.status)]:
        message = _("A report that is “%(state)s” cannot become “%(wanted)s”.")
        raise InvalidTransition(message % {"state": report.get_status_display(), "wanted": status.label})
    report.status = status


def may_become(status: ReportStatus) -> list[ReportStatus]:
    """Return the states from which a report may get this one, for rows that are moved without being read."""
    return [before for before, allowed in TRANSITIONS.items() if status in allowed]


def record(report: Report, action: ReportHistory.Action, by: User | None, note: str = "") -> None:
    """Write down who did what to a report; nobody is the program itself."""
    ReportHistory.objects.create(report=report, action=action, by=by, note=note)


def _visible(by: User) -> QuerySet[Report]:
    # Not with its snapshot: 40 pages that only finalizing and its PDF need.
    return (
        Report.objects.visible_to(by)
        .select_related("protocol", "author__staff_member__user")
        .defer("snapshot")
    )


def _is_author(by: User, author: int | None) -> bool:
    return by.role == Role.PATHOLOGIST and author == by.pk


@cache
def _reader(role: str, columns: tuple[str, ...], locks: tuple[type[Model], ...]) -> RowReader:
    # The user is known here by id and role alone: a `visible_to` that looks at more fails loudly.
    return RowReader(
        lambda pk, by: Report.objects.visible_to(User(pk=by, role=role)).filter(pk=pk).values(*columns),
        keys=2,
        locks=locks,
    )


def _locked(by: User, pk: int) -> Report:
    # Not the key: whoever adds a row that refers to one of them need not wait.
    locked = _visible(by).select_for_update(of=("self", "protocol"), no_key=True)
    report = locked.order_by().filter(pk=pk).first()
    if report is None:
        raise NotVisible(_("There is no such report."))
    return report
