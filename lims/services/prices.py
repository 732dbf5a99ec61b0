"""Which price holds for a service on a day."""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from lims.models import Price, Protocol


class Lookup:
    """The whole price list, read once, to be asked for many lines."""

    def __init__(self) -> None:
        self._by_service: dict[str, list[Price]] = defaultdict(list)
        for price in Price.objects.all():
            self._by_service[price.service].append(price)

    def on(self, service: str, day: date) -> Price | None:
        """Return the price of a service that holds on a day, or None."""
        for price in self._by_service[service]:
            if price.valid_from <= day and (price.valid_until is None or day <= price.valid_until):
                return price
        return None


def day_of(protocol: Protocol) -> date:
    """Return the day whose prices hold for a protocol: the day of its reception, else today."""
    return timezone.localdate(protocol.received_at) if protocol.received_at else timezone.localdate()
