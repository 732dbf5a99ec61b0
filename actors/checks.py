"""System checks: settings under which the ledger would lose or repeat work stop the start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

DB_CONNECTIONS = "django_dramatiq.middleware.DbConnectionsMiddleware"
# Middleware that undermines the ledger: a second record of each message, and repeats unknown to it.
FORBIDDEN = ("django_dramatiq.middleware.AdminMiddleware", "dramatiq.middleware.Retries")


@register()
def check_middleware(**kwargs: Any) -> list[Error]:
    """Require that connections are cleaned up before all else, and that no other middleware keeps tasks."""
    middleware = list(settings.DRAMATIQ_BROKER["MIDDLEWARE"])
    errors = [
        Error(f"{name} must not be in DRAMATIQ_BROKER: the job ledger does its work.", id="actors.E002")
        for name in FORBIDDEN
        if name in middleware
    ]
    if middleware[:1] != [DB_CONNECTIONS]:
        errors.append(Error(f"{DB_CONNECTIONS} must come first in DRAMATIQ_BROKER.", id="actors.E001"))
    return errors


@register()
def check_transactions(**kwargs: Any) -> list[Error]:
    """Refuse ATOMIC_REQUESTS: with it a view could not know whether the wake-up was sent."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return [Error("ATOMIC_REQUESTS must be off: views read `woken` after the commit.", id="actors.E003")]
    return []
