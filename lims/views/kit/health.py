"""Liveness and readiness, for whoever watches the processes."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import dramatiq
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pdfcache import store

PLAIN = "text/plain; charset=utf-8"
CHECK_TIMEOUT_S = 3.0
# A check that hangs keeps its thread; once all of them hang, further checks wait here and count as failed.
_threads = ThreadPoolExecutor(max_workers=6, thread_name_prefix="readyz")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers, whatever else is away."""
    return HttpResponse("ok\n", PLAIN)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of each dependency whether it answers now, within seconds; 503 if one does not."""
    checks = {name: _threads.submit(check) for name, check in CHECKS.items()}
    wait(checks.values(), CHECK_TIMEOUT_S)
    states = {name: _state(check) for name, check in checks.items()}
    down = any(state.startswith("down") for state in states.values())
    lines = "".join(f"{name}: {state}\n" for name, state in states.items())
    return HttpResponse(lines, PLAIN, status=503 if down else 200)


def _state(check: Future) -> str:
    if not check.done():
        check.cancel()
        return f"down (no answer within {CHECK_TIMEOUT_S:g} s)"
    error = check.exception()
    return f"down ({type(error).__name__})" if error else check.result()


def _postgresql() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
    return "ok"


def _s3() -> str:
    # A listing, because a missing bucket answers a HEAD with the same 404 as a missing object.
    next(store.list("readyz/"), None)
    return "ok"


def _rabbitmq() -> str:
    if not settings.RABBITMQ_URL:
        return "not used"
    dramatiq.get_broker().ping()  # type: ignore[attr-defined]  # ours can
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {"postgresql": _postgresql, "s3": _s3, "rabbitmq": _rabbitmq}
