"""Operations: their list, how far one is, what failed in it, and cancelling, resuming, trying again."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from lims.errors import InvalidTransition
from lims.forms.operations.operation_list import FailuresPage, OperationFilter
from lims.models import ItemState, Operation, OperationItem, OperationState, User
from lims.requests import AuthenticatedRequest
from lims.services.kit.permissions import require_laboratory
from lims.services.labels.sheets import LABELS_MAX
from lims.services.operations import operations as service
from lims.services.operations import registry
from lims.services.operations.action import Named
from lims.services.operations.operations import Progress
from lims.views.kit.guard import authenticated, error_json, wants_json
from lims.views.kit.listing import Columns, csv_file, csv_of, list_context, moment, page_of

FAILURES_SHOWN, FAILURES_IN_JSON, FAILURES_READ = 25, 100, 500
POLL_MS, SLOW_POLL_MS = 1_000, 2_000
RECEIVE = "receive-protocols"
# Counting so many rows each second would cost more than it is worth.
MANY = 20_000


@require_safe
@authenticated
def operations(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the operations that the user may see, newest first."""
    require_laboratory(request.user)
    filters = OperationFilter(request.GET)
    found = filters.apply(_listed(request.user))
    if request.GET.get("format") == "csv":
        return csv_file(_("operations"), COLUMNS, found)
    page, next_url = page_of(found, filters, "operations")
    if wants_json(request):
        return JsonResponse({"results": [_row(operation) for operation in page], "next": next_url})
    shown = [(operation, label_of(operation)) for operation in page]
    context = {"operations": shown} | list_context(filters, "operations", next_url)
    return render(request, "operations/list.html", context)


@require_safe
@authenticated
def operation(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Show an operation, as a page, as JSON, or what failed in it as CSV."""
    found = service.find(request.user, pk)
    if request.GET.get("format") == "csv":
        return _csv(request, found)
    if wants_json(request):
        return JsonResponse(_status(request, found))
    return render(request, "operations/detail.html", _board(request, found))


@require_safe
@authenticated
def status(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the progress: JSON as the page gives it, or the part of the page that changes."""
    found = service.find(request.user, pk)
    if wants_json(request):
        response: HttpResponse = JsonResponse(_status(request, found))
    else:
        response = render(request, "operations/board.html", _board(request, found))
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@authenticated
def cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _change(request, pk, service.cancel)


@require_POST
@authenticated
def resume(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _change(request, pk, service.resume)


@require_POST
@authenticated
def retry(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _change(request, pk, service.retry_failed)


def label_of(operation: Operation) -> str | Promise:
    """Return what an operation does, in the reader's language."""
    return registry.get(operation.action).label


def _change(request: AuthenticatedRequest, pk: int, act: Callable[[User, int], Operation]) -> HttpResponse:
    try:
        changed = act(request.user, pk)
    except InvalidTransition as error:
        if wants_json(request):
            return error_json(error, 409)
        messages.error(request, str(error))
    else:
        if wants_json(request):
            return JsonResponse(_status(request, service.find(request.user, changed.pk)), status=202)
    return redirect("operation", pk)


def _listed(user: User) -> QuerySet[Operation]:
    failed = OperationItem.objects.filter(operation=OuterRef("pk"), state=ItemState.FAILED)
    counted = failed.order_by().values("operation").annotate(count=Count("pk")).values("count")
    visible: QuerySet[Operation] = Operation.objects.visible_to(user)
    return visible.select_related("requested_by").annotate(failed=Subquery(counted))


def _board(request: AuthenticatedRequest, operation: Operation) -> dict[str, Any]:
    now = service.progress(operation)
    failures, next_url = _failures(request, operation, now, FAILURES_SHOWN)
    is_allowed = registry.get(operation.action).allows(request.user)
    return {
        "operation": operation,
        "label": label_of(operation),
        "now": now,
        "handled": now.done + now.failed,
        "percent": 100 * (now.done + now.failed) // now.total,
        "failures": failures,
        "next_url": next_url,
        "first_url": "" if _after(request) is None else _url(operation),
        "csv_url": f"{_url(operation)}?format=csv",
        "can_resume": is_allowed and now.state == "cancelled" and now.pending,
        "can_retry": is_allowed and now.state == "done" and now.failed,
        "status_url": _paged(reverse("operation_status", args=(operation.pk,)), _after(request)),
        "retry_after_ms": _poll_ms(operation),
        "received": _received(operation, now),
    }


def _received(operation: Operation, now: Progress) -> str:
    """Return what was received, for its labels, in its order; nothing where a sheet cannot hold so many."""
    if operation.action != RECEIVE or now.state != OperationState.DONE or not 0 < now.done <= LABELS_MAX:
        return ""
    done = operation.items.filter(state=ItemState.DONE).order_by("position")
    return ",".join(map(str, done.values_list("object_pk", flat=True)))


def _status(request: AuthenticatedRequest, operation: Operation) -> dict[str, Any]:
    now = service.progress(operation)
    failures, next_url = _failures(request, operation, now, FAILURES_IN_JSON)
    return {
        **_row(operation),
        "state": now.state,
        "done": now.done,
        "failed": now.failed,
        "pending": now.pending,
        "rate_per_s": round(now.rate_per_s, 1),
        "eta_s": now.eta_s,
        "failures": [
            {"item": named.text, "reason": item.reason, "url": named.path or None} for item, named in failures
        ],
        "next": next_url,
        "retry_after_ms": _poll_ms(operation),
    }


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.pk,
        "action": operation.action,
        "label": str(label_of(operation)),
        "state": operation.state,
        "total": operation.total,
        "requested_by": operation.requested_by.email,
        "created_at": operation.created_at,
        "finished_at": operation.finished_at,
        "url": _url(operation),
    }


def _failures(
    request: AuthenticatedRequest, operation: Operation, now: Progress, count: int
) -> tuple[list[tuple[OperationItem, Named]], str | None]:
    if not now.failed:
        return [], None
    after = _after(request)
    items = service.failures(operation)
    found = list((items.filter(position__gt=after) if after is not None else items)[: count + 1])
    page = found[:count]
    next_url = _paged(_url(operation), page[-1].position) if len(found) > count else None
    return _named(request.user, operation, page), next_url


def _named(user: User, operation: Operation, items: list[OperationItem]) -> list[tuple[OperationItem, Named]]:
    names = registry.get(operation.action).names(user, [item.object_pk for item in items])
    return [(item, names.get(item.object_pk, Named(f"#{item.object_pk}", ""))) for item in items]


def _csv(request: AuthenticatedRequest, operation: Operation) -> HttpResponseBase:
    columns: Columns = (
        (_lazy("Item"), lambda failure: failure[1].text),
        (_lazy("Reason"), lambda failure: failure[0].reason),
        (_lazy("Address"), lambda failure: failure[1].path and request.build_absolute_uri(failure[1].path)),
    )
    failed = _all_failures(request.user, operation)
    return csv_of(_("operation-%(id)s-failed") % {"id": operation.pk}, columns, failed)


def _all_failures(user: User, operation: Operation) -> Iterator[tuple[OperationItem, Named]]:
    after = -1
    while items := list(service.failures(operation).filter(position__gt=after)[:FAILURES_READ]):
        yield from _named(user, operation, items)
        after = items[-1].position


def _after(request: AuthenticatedRequest) -> int | None:
    return FailuresPage(request.GET).position()


def _poll_ms(operation: Operation) -> int:
    return SLOW_POLL_MS if operation.total > MANY else POLL_MS


def _url(operation: Operation) -> str:
    return reverse("operation", args=(operation.pk,))


def _paged(url: str, after: int | None) -> str:
    return url if after is None else f"{url}?after={after}"


COLUMNS: Columns = (
    (_lazy("When"), moment("created_at")),
    (_lazy("Operation"), label_of),
    (_lazy("State"), "get_state_display"),
    (_lazy("Requested by"), "requested_by.email"),
    (_lazy("Total"), "total"),
    (_lazy("Failed"), lambda operation: operation.failed or 0),
    (_lazy("Ended"), moment("finished_at")),
)
