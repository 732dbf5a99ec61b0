"""Scanning into a batch: sample after sample, whatever does not belong flagged, and one confirmation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lims.errors import Incomplete, InvalidTransition
from lims.forms.reception.reception import CodeForm
from lims.models import Protocol, ReceptionBatch, ScannedSample, User
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.operations import registry
from lims.services.reception import batches
from lims.services.reception.batches import ACTION, Outcome, Scan
from lims.templatetags.operations import begun
from lims.views.kit.guard import authenticated, error_json, wants_json

# The newest stand first; whoever wants to see more than these counts boxes, not rows.
SAMPLES_SHOWN = 200
TONES = {
    Outcome.ADDED: "success",
    Outcome.AGAIN: "warning",
    Outcome.ELSEWHERE: "warning",
    Outcome.WRONG_STATE: "error",
    Outcome.UNKNOWN: "error",
    Outcome.FOREIGN: "error",
}

LEVELS = {"success": messages.SUCCESS, "warning": messages.WARNING, "error": messages.ERROR}


@require_http_methods(["GET", "HEAD", "POST"])
@authenticated
def reception_batch(request: AuthenticatedRequest) -> HttpResponse:
    """Show the user's batch; a POST puts a scanned sample into it."""
    require_laboratory(request.user)
    if request.method == "POST":
        return _scan(request)
    return render(request, "reception/batch.html", _board(request.user) | {"code": CodeForm()})


@require_POST
@authenticated
def reception_batch_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a sample out of the user's batch again."""
    batches.remove(request.user, pk)
    return redirect("reception_batch")


@require_POST
@authenticated
def reception_batch_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Throw the user's batch away; its samples go on waiting."""
    try:
        batches.discard(request.user, pk)
    except InvalidTransition as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
    return redirect("reception_batch")


@require_POST
@authenticated
def reception_batch_receive(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Receive what was scanned; the same form sent again leads to the same operation."""
    try:
        operation = batches.receive(request.user, pk)
    except (Incomplete, InvalidTransition) as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
        return redirect("reception_batch")
    if wants_json(request):
        return JsonResponse({"operation_url": f"/operations/{operation.pk}/"}, status=202)
    messages.info(request, begun(Protocol.objects.all(), operation.total))
    return redirect("operation", operation.pk)


def _scan(request: AuthenticatedRequest) -> HttpResponse:
    try:
        scan = batches.scan(request.user, request.POST.get("code", ""))
    except Incomplete as error:
        return _answer_person(request, "error", str(error)) or error_json(error, 409)
    answer = _answer_person(request, TONES[scan.outcome], scan.sentence)
    return answer or JsonResponse(_scan_row(scan) | _counts(request.user))


def _answer_person(request: AuthenticatedRequest, tone: str, sentence: str) -> HttpResponse | None:
    """Answer a scan to a person: by the script, which wants this part of the page alone, or by the page."""
    if "part" in request.POST:
        context = _board(request.user) | {"tone": tone, "message": sentence}
        return render(request, "reception/batch_board.html", context)
    if wants_json(request):
        return None
    messages.add_message(request, LEVELS[tone], sentence)
    return redirect("reception_batch")


def _board(user: User) -> dict[str, Any]:
    batch = batches.open_batch(user)
    return {"batch": batch} | (_samples(user, batch) if batch else _last(user))


def _samples(user: User, batch: ReceptionBatch) -> dict[str, Any]:
    action = registry.get(ACTION)
    scanned = Protocol.objects.filter(pk__in=batch.samples.values("protocol"))
    foreseen = action.preview(user, scanned)
    samples = list(batch.samples.select_related("protocol__veterinarian")[:SAMPLES_SHOWN])
    for sample in samples:
        sample.refused = action.why_not(sample.protocol)  # type: ignore[attr-defined]
    total = foreseen.allowed + sum(refused.count for refused in foreseen.refused)
    return {"samples": samples, "foreseen": foreseen, "total": total, "is_cut": total > len(samples)}


def _last(user: User) -> dict[str, Any]:
    """Return the batch that was received last, for its labels, while none is open."""
    last = batches.last_received(user)
    if last is None:
        return {}
    pks = ScannedSample.objects.filter(batch=last).order_by("pk").values_list("protocol", flat=True)
    return {"last": last, "last_pks": ",".join(map(str, pks)), "last_count": len(pks)}


def _scan_row(scan: Scan) -> dict[str, Any]:
    protocol = scan.protocol
    return {
        "outcome": scan.outcome,
        "sentence": scan.sentence,
        "protocol": protocol.pk if protocol else None,
        "code": protocol.code if protocol else None,
    }


def _counts(user: User) -> dict[str, Any]:
    batch = batches.open_batch(user)
    return {"batch": batch and batch.pk, "count": batch.samples.count() if batch else 0}
