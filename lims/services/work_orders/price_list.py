"""Write the price list: a new price ends the one before, and what has held is never changed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition
from lims.models import Price, User
from lims.models.work_orders import PRICE_MAX
from lims.services.kit.permissions import require_admin

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """What a service costs, from a day on, and perhaps until another."""

    service: str
    description: str
    price: Decimal
    valid_from: date
    valid_until: date | None = None


@transaction.atomic
def begin_price(by: User, terms: Terms) -> Price:
    """Write a new price and end the open one of its service the day before; return the new one.

    Not idempotent. Raises NotAllowed, and Incomplete where it begins in the past of a service that has
    prices, ends before it begins, or overlaps another one.
    """
    require_admin(by)
    others = _prices(terms.service)
    if others and terms.valid_from < timezone.localdate():
        raise _wrong("valid_from", _("What held until today stays: begin today or later."))
    for open_price in others:
        if open_price.valid_until is None and open_price.valid_from < terms.valid_from:
            open_price.valid_until = terms.valid_from - DAY
            open_price.save(update_fields=["valid_until"])
    return _write(Price(), terms, others)


@transaction.atomic
def change_price(by: User, pk: int, terms: Terms) -> Price:
    """Change a price that has not begun yet; return it. Idempotent.

    Raises NotAllowed, InvalidTransition for a price with a past, and Incomplete as `begin_price` does.
    """
    require_admin(by)
    price, others = locked(pk)
    _check_without_past(price)
    if terms.service != price.service:
        raise _wrong("service", _("A price stays with its service; begin another one."))
    if terms.valid_from <= timezone.localdate():
        raise _wrong("valid_from", _("What held until today stays: begin tomorrow or later."))
    _move_end(others, price.valid_from, terms.valid_from - DAY)
    return _write(price, terms, others)


@transaction.atomic
def withdraw_price(by: User, pk: int) -> None:
    """Delete a price that has not begun yet; the one that it would have ended goes on.

    Raises NotAllowed, and InvalidTransition for a price with a past.
    """
    require_admin(by)
    price, others = locked(pk)
    _check_without_past(price)
    price.delete()
    _move_end(others, price.valid_from, price.valid_until)


def locked(pk: int) -> tuple[Price, list[Price]]:
    """Return a price and the others of its service, which nobody changes until this transaction ends.

    Raises Price.DoesNotExist.
    """
    service = Price.objects.values_list("service", flat=True).get(pk=pk)
    prices = {price.pk: price for price in _prices(service)}
    if pk not in prices:
        raise Price.DoesNotExist
    return prices.pop(pk), list(prices.values())


def has_past(price: Price) -> bool:
    """Return whether the price holds or held already, so that orders may show it."""
    return price.valid_from <= timezone.localdate()


def _prices(service: str) -> list[Price]:
    # Of two who begin a price at the same moment the second waits here, and then finds the first one's row:
    # locks on rows would not make it wait for a row that is not there yet.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"price {service}"])
    return list(Price.objects.select_for_update().filter(service=service).order_by("pk"))


def _check_without_past(price: Price) -> None:
    if has_past(price):
        raise InvalidTransition(_("A price that has held is not changed; begin a new one."))


def _move_end(others: list[Price], begins: date, end: date | None) -> None:
    """Let the price that ended the day before `begins` end on another day."""
    for other in others:
        if other.valid_until == begins - DAY:
            other.valid_until = end
            other.save(update_fields=["valid_until"])


def _write(price: Price, terms: Terms, others: list[Price]) -> Price:
    _check(terms, others)
    for name in ("service", "description", "price", "valid_from", "valid_until"):
        setattr(price, name, getattr(terms, name))
    price.save()
    return price


def _check(terms: Terms, others: list[Price]) -> None:
    if terms.price < 0:
        raise _wrong("price", _("A price cannot be negative."))
    if terms.price > PRICE_MAX:
        raise _wrong("price", _("This price is too large."))
    if terms.valid_until and terms.valid_until < terms.valid_from:
        raise _wrong("valid_until", _("It would end before it begins."))
    for other in others:
        ends_before = other.valid_until and other.valid_until < terms.valid_from
        begins_after = terms.valid_until and terms.valid_until < other.valid_from
        if not (ends_before or begins_after):
            raise _wrong("valid_from", _("Another price of this service holds then."))


def _wrong(field: str, message: str) -> Incomplete:
    return Incomplete(_("The price is wrong."), {field: message})
