"""Which price holds for a service on a day."""

from collections import defaultdict
from datetime import date

from django.utils import timezone

from lims.models import Price, Protocol
from lims.models.protocols import ProtocolKind
from lims.services.kit.numbers import LETTERS


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

    def services(self) -> list[tuple[str, str]]:
        """Return each service with its latest description, by name."""
        return [(name, found[0].description) for name, found in sorted(self._by_service.items()) if found]

    def usual(self, protocol: Protocol) -> str:
        """Return the first service of a protocol's kind that has a price on its day, or nothing."""
        letters, day = LETTERS[ProtocolKind(protocol.kind)], day_of(protocol)
        names = [name for name in sorted(self._by_service) if name.startswith(letters)]
        return next((name for name in names if self.on(name, day)), "")

    def periods(self) -> list[tuple[str, str, str, str]]:
        """Return every price as service, first and last day and amount, for a page that reckons itself."""
        return [
            (name, f"{price.valid_from}", f"{price.valid_until or ''}", f"{price.price}")
            for name, found in self._by_service.items()
            for price in found
        ]


def day_of(protocol: Protocol) -> date:
    """Return the day whose prices hold for a protocol: the day of its reception, else today."""
    return timezone.localdate(protocol.received_at) if protocol.received_at else timezone.localdate()
