"""Where each role goes from every page: its daily work in sight, the rest one step away."""

from typing import Any, NamedTuple

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lims.models import Role, User

register = template.Library()


class Place(NamedTuple):
    """A page of the main navigation: its route, what it is called there, and its icon."""

    route: str
    label: Any
    icon: str


HOME = Place("home", _("Home"), "house")
RECEPTION = Place("reception", _("Reception"), "scan-line")
PROCESSING = Place("processing", _("Bench work"), "layers")
TO_WRITE = Place("report_worklist", _("To write"), "pencil-line")
PROTOCOLS = Place("protocols", _("Protocols"), "test-tubes")
REPORTS = Place("reports", _("Reports"), "file-text")
WORK_ORDERS = Place("work_orders", _("Work orders"), "receipt-text")
VETERINARIANS = Place("veterinarians", _("Veterinarians"), "stethoscope")
LABELS = Place("label_sheets", _("Labels"), "qr-code")
DELIVERIES = Place("deliveries", _("Deliveries"), "mail")
PHRASES = Place("phrases", _("Phrases"), "text-quote")
STATISTICS = Place("statistics", _("Statistics"), "chart-line")
PROFILE = Place("profile", _("Profile"), "id-card")

DAILY: dict[str, tuple[Place, ...]] = {
    Role.VETERINARIAN: (HOME, PROTOCOLS, REPORTS, WORK_ORDERS, PROFILE),
    Role.STAFF: (HOME, RECEPTION, PROCESSING, PROTOCOLS, REPORTS, WORK_ORDERS),
    Role.PATHOLOGIST: (HOME, TO_WRITE, PROTOCOLS, REPORTS, PROCESSING),
    Role.ADMIN: (HOME, RECEPTION, PROCESSING, TO_WRITE, PROTOCOLS, REPORTS, WORK_ORDERS),
}
LESS_OFTEN: dict[str, tuple[Place, ...]] = {
    Role.VETERINARIAN: (),
    Role.STAFF: (VETERINARIANS, LABELS, DELIVERIES, TO_WRITE),
    Role.PATHOLOGIST: (PHRASES, RECEPTION, WORK_ORDERS, VETERINARIANS, LABELS, DELIVERIES),
    Role.ADMIN: (STATISTICS, VETERINARIANS, LABELS, DELIVERIES, PHRASES),
}


class Link(NamedTuple):
    url: str
    label: str
    icon: str
    is_here: bool


@register.simple_tag
def daily_places(user: User, request: HttpRequest) -> list[Link]:
    """Return the links that the user's role works with all day."""
    return _links(DAILY[user.role], request)


@register.simple_tag
def other_places(user: User, request: HttpRequest) -> list[Link]:
    """Return the links that the user's role needs now and then."""
    return _links(LESS_OFTEN[user.role], request)


def _links(places: tuple[Place, ...], request: HttpRequest) -> list[Link]:
    urls = [reverse(place.route) for place in places]
    return [
        Link(url, str(place.label), place.icon, request.path == url)
        for url, place in zip(urls, places, strict=True)
    ]
