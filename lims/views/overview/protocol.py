"""One protocol: what was sent, how far it has come, and its papers."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.models import Protocol, ProtocolHistory, ProtocolStatus, Report, User, WorkOrder
from lims.models.protocols import AT_THE_BENCH
from lims.requests import AuthenticatedRequest
from lims.services.labels.sheets import count_parts
from lims.services.protocols.submissions import missing_parts
from lims.views.bench.page import of_bench
from lims.views.kit.guard import authenticated

RELATED = ("veterinarian", "received_by__staff_member", "histopathology_sample", "cytology_sample")


@dataclass(frozen=True)
class Step:
    """Something that happened to a protocol; by whom stands there only for the laboratory."""

    label: str
    at: datetime
    who: str = ""
    reason: str = ""


@require_safe
@authenticated
def protocol(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a protocol with its timeline and its papers."""
    visible = Protocol.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related(*RELATED), pk=pk)
    context = {
        "protocol": found,
        "specimens": found.specimens.all(),
        "steps": _steps(found, request.user),
        "reports": _reports(found, request.user),
        "orders": WorkOrder.objects.visible_to(request.user).filter(protocols=found),
    }
    context |= _of_vet(found, request.user)
    if request.user.is_laboratory:
        context["label_counts"] = count_parts([found.pk])
        context |= of_bench(found, request.user)
    return render(request, "protocols/detail.html", context)


def _of_vet(protocol: Protocol, user: User) -> dict[str, object]:
    """Return whether a date is expected, and what a draft still lacks for its vet."""
    is_own_draft = user.is_veterinarian and protocol.status == ProtocolStatus.DRAFT
    return {
        "is_expected": protocol.status in AT_THE_BENCH and protocol.expected_ready_on is not None,
        "is_own_draft": is_own_draft,
        "missing": missing_parts(protocol) if is_own_draft else {},
    }


def _reports(protocol: Protocol, user: User) -> list[Report]:
    visible = Report.objects.visible_to(user).filter(protocol=protocol)
    shown = visible.select_related("author__staff_member")
    return list(shown.defer("snapshot").order_by("-version"))


def _steps(protocol: Protocol, user: User) -> list[Step]:
    moved = list(protocol.history.select_related("by__staff_member"))
    # Those who came before the history was kept have their times in their own row alone.
    known = {row.after for row in moved if not row.is_correction}
    steps = [_step(row, user) for row in moved]
    if protocol.received_at and ProtocolStatus.RECEIVED not in known:
        who = protocol.received_by.name_for(user) if protocol.received_by else ""
        steps.append(Step(str(ProtocolStatus.RECEIVED.label), protocol.received_at, who))
    if protocol.submitted_at and ProtocolStatus.SUBMITTED not in known:
        steps.append(Step(str(ProtocolStatus.SUBMITTED.label), protocol.submitted_at))
    steps.append(Step(_("Created"), protocol.created_at))
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _step(row: ProtocolHistory, user: User) -> Step:
    label = _("Reception corrected") if row.is_correction else row.get_after_display()
    return Step(label, row.at, row.by.name_for(user) if row.by else "", row.reason)
