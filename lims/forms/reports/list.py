"""Filters of the list of reports."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import ListFilter, choice_field, search_field, search_protocols
from lims.models import Pathologist, Report, ReportStatus, User
from lims.models.reports import ARCHIVED

# Not a state of a report: what became of putting it into the archive.
FAILED = "failed"


class ReportFilter(ListFilter):
    """The filters of the list of reports; authors and open states are the laboratory's affair."""

    filters: ClassVar = ("q", "status", "author")

    q = search_field(_("Number, animal, owner, veterinarian..."))
    status = choice_field(_("Status"), ReportStatus.choices)
    author = choice_field(_("Author"), [])

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        if user.is_laboratory:
            status.choices = [("", _("Status")), *ReportStatus.choices, (FAILED, _("Could not be issued"))]
            self.fields["author"] = choice_field(_("Author"), _authors())
        else:
            status.choices = [("", _("Status")), *((state.value, state.label) for state in ARCHIVED)]
            del self.fields["author"]

    def apply(self, rows: QuerySet[Report]) -> QuerySet[Report]:
        """Return those of the reports that the filters let through; they know whether they failed."""
        chosen = self.chosen()
        if chosen.get("status") == FAILED:
            rows = rows.filter(status=ReportStatus.FINALIZED, has_failed=True)  # type: ignore[misc]
        elif "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        if "author" in chosen:
            rows = rows.filter(author=chosen["author"])
        return rows.filter(protocol__in=search_protocols(chosen["q"])) if "q" in chosen else rows


def _authors() -> list[tuple[str, str]]:
    return [(str(author.pk), author.name) for author in Pathologist.objects.select_related("staff_member")]
