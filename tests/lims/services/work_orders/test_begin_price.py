"""begin_price: of several at the same moment one begins, and the others are told beside the field."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from lims.errors import Incomplete
from lims.models import Price
from lims.services.work_orders.lines import Line
from lims.services.work_orders.price_list import Terms, begin_price
from lims.services.work_orders.work_orders import change_work_order, create_work_order, issue_work_order
from tests.factories import PriceFactory, ProtocolFactory

DAY = timedelta(days=1)


def terms(**changes) -> Terms:
    values = {
        "service": "HP",
        "description": "Biopsia",
        "price": Decimal("900.00"),
        "valid_from": timezone.localdate(),
    }
    return Terms(**values | changes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("until", [None, 3])
def test_of_several_at_once_one_begins_and_the_others_are_told(alma, is_first, until):
    if not is_first:
        PriceFactory(service="HP", valid_from=date(2020, 1, 1))
    today = timezone.localdate()
    wishes = [terms(), *[terms(valid_until=today + until * DAY if until else None)] * 5]

    def begin(wish: Terms) -> str:
        try:
            return f"{begin_price(alma, wish).pk}"
        except Incomplete as refusal:
            return ",".join(refusal.fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = [*pool.map(begin, wishes)]
    assert outcomes.count("valid_from") == 5
    assert Price.objects.filter(valid_from=today).count() == 1


def test_another_service_does_not_wait(alma):
    begin_price(alma, terms())
    begin_price(alma, terms(service="CT"))
    assert Price.objects.count() == 2


def test_price_history_never_rewrites_an_old_order(alma, ana, bruno):
    PriceFactory(service="HP", price=Decimal("700.00"))
    protocol = ProtocolFactory(veterinarian=bruno.veterinarian)
    lines = [Line(protocol.pk, "HP")]
    order = create_work_order(ana, bruno.veterinarian, lines)
    begin_price(alma, terms(valid_from=timezone.localdate() + DAY))
    # Neither the draft, nor the same lines asked for again, nor what is issued of it.
    assert change_work_order(ana, order.pk, order.lock_version, lines=lines).total == Decimal("700.00")
    assert issue_work_order(ana, order.pk).total == Decimal("700.00")
    assert [str(line.unit_price) for line in order.lines.all()] == ["700.00"]
