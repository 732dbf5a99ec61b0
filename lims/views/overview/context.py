"""Context processor of the header, which every page has."""

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lims.services.overview.counts import HeaderCounts, header


def header_counts(request: HttpRequest) -> dict[str, object]:
    """Offer the counts of the header; only a page that shows them costs its statement."""
    return {"header_counts": SimpleLazyObject(partial(_counts, request))}


def _counts(request: HttpRequest) -> HeaderCounts:
    return header(request.user) if request.user.is_authenticated else HeaderCounts(0, 0)
