"""What every template may use."""

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lims.models import Laboratory
from lims.services.notifications import unread_count


def laboratory(request: HttpRequest) -> dict[str, object]:
    """Offer the laboratory's data; only a template that uses it costs its statement."""
    return {"laboratory": SimpleLazyObject(_laboratory)}


def notifications(request: HttpRequest) -> dict[str, object]:
    """Offer how much the user has not read yet; only a page with the header costs its statement."""
    return {"unread_notifications": SimpleLazyObject(partial(_unread, request))}


def _laboratory() -> Laboratory:
    return Laboratory.objects.defer("work_order_terms").first() or Laboratory()


def _unread(request: HttpRequest) -> int:
    return unread_count(request.user) if request.user.is_authenticated else 0
