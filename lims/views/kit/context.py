"""Context processor of the laboratory's data, which every template may use."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lims.models import Laboratory


def laboratory(request: HttpRequest) -> dict[str, object]:
    """Offer the laboratory's data; only a template that uses it costs its statement."""
    return {"laboratory": SimpleLazyObject(_laboratory)}


def _laboratory() -> Laboratory:
    return Laboratory.objects.defer("work_order_terms").first() or Laboratory()
