"""What every template may use."""

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lims.models import Laboratory
from lims.services.mail.notifications import Standing, standing


def laboratory(request: HttpRequest) -> dict[str, object]:
    """Offer the laboratory's data; only a template that uses it costs its statement."""
    return {"laboratory": SimpleLazyObject(_laboratory)}


def notifications(request: HttpRequest) -> dict[str, object]:
    """Offer what the header tells of the user; only a page with the header costs its statement."""
    return {"standing": SimpleLazyObject(partial(_standing, request))}


def _laboratory() -> Laboratory:
    return Laboratory.objects.defer("work_order_terms").first() or Laboratory()


def _standing(request: HttpRequest) -> Standing:
    return standing(request.user) if request.user.is_authenticated else Standing(0, 0)
