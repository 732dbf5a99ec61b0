"""Front pages of vets and of the laboratory; and the smallest page that needs a login."""

from typing import NamedTuple

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lims.forms.mail.deliveries import TO_SEE_TO
from lims.forms.protocols.protocols import OVERDUE, RECEIVED_TODAY
from lims.forms.reports.list import FAILED
from lims.models import ProtocolStatus, Role, User, Veterinarian
from lims.requests import AuthenticatedRequest
from lims.services.bench.worklists import Step
from lims.services.overview import counts
from lims.views.kit.guard import authenticated
from lims.views.kit.listing import address

# States on a vet's page, in the order of a sample's way; reported ones are in the list of reports.
VET_STATES = (
    ProtocolStatus.DRAFT,
    ProtocolStatus.SUBMITTED,
    ProtocolStatus.RECEIVED,
    ProtocolStatus.PROCESSING,
    ProtocolStatus.READY,
    ProtocolStatus.REJECTED,
)

REQUESTS = {"stage": Step.REQUESTS.value}


class Figure(NamedTuple):
    """A number that leads to what it counts; alarming ones stand out while there are any."""

    label: str
    number: int
    url: str
    tone: str = ""


@require_safe
@authenticated
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Show what needs the user: to a vet their samples, to the laboratory its bench and desk."""
    return _of_vet(request) if request.user.is_veterinarian else _of_laboratory(request)


@require_safe
@authenticated
def whoami(request: AuthenticatedRequest) -> JsonResponse:
    """Say who is logged in, and do nothing else: the floor that other pages are measured against."""
    return JsonResponse({"email": request.user.email, "role": request.user.role})


def _of_vet(request: AuthenticatedRequest) -> HttpResponse:
    veterinarian = Veterinarian.objects.filter(user=request.user.pk).first()
    if veterinarian is None:
        return redirect("profile")
    by_state = counts.own_counts(request.user)
    context = {
        "veterinarian": veterinarian,
        "figures": [_in_state(state, by_state[state]) for state in VET_STATES if by_state[state]],
        "expected": counts.own_expected(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "home/veterinarian.html", context)


def _of_laboratory(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    bench = counts.bench(user)
    context = {
        "stages": _stages(bench),
        "urgent": _urgent(bench),
        "desk": _desk(user) if user.role == Role.PATHOLOGIST or user.is_superuser else [],
        "late": counts.late(user) if bench.overdue else [],
        "late_url": address("protocols", {"when": OVERDUE}),
    }
    return render(request, "home/laboratory.html", context)


def _stages(bench: counts.Bench) -> list[Figure]:
    return [
        Figure(_("To receive"), bench.submitted, reverse("reception")),
        _in_state(ProtocolStatus.RECEIVED, bench.received),
        _in_state(ProtocolStatus.PROCESSING, bench.processing),
        _in_state(ProtocolStatus.READY, bench.ready),
    ]


def _urgent(bench: counts.Bench) -> list[Figure]:
    return [
        Figure(_("Overdue"), bench.overdue, address("protocols", {"when": OVERDUE}), "bad"),
        Figure(_("Received today"), bench.received_today, address("protocols", {"when": RECEIVED_TODAY})),
        Figure(_("Additional requests"), bench.requests, address("processing", REQUESTS), "warn"),
        Figure(_("Messages to see to"), bench.deliveries, address("deliveries", {"state": TO_SEE_TO}), "bad"),
        Figure(_("Veterinarians to verify"), bench.to_verify, reverse("veterinarians"), "warn"),
    ]


def _desk(user: User) -> list[Figure]:
    desk = counts.desk(user)
    return [
        Figure(_("To write"), desk.to_write, reverse("report_worklist")),
        Figure(_("Being written"), desk.drafts, reverse("report_worklist")),
        Figure(_("Could not be issued"), desk.failed, address("reports", {"status": FAILED}), "bad"),
    ]


def _in_state(state: ProtocolStatus, count: int) -> Figure:
    tone = "bad" if state == ProtocolStatus.REJECTED else ""
    return Figure(str(state.label), count, address("protocols", {"status": state.value}), tone)
