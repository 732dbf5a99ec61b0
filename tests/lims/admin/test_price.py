"""The price list: one open price a service, and a past that nobody edits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lims.models import Price
from tests import factories
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
ADD = "/admin/lims/price/add/"
DAY = timedelta(days=1)


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def old(db) -> Price:
    return factories.PriceFactory(service="HP", price=Decimal(100), valid_from=date(2020, 1, 1))


def typed(valid_from: date, **changed) -> dict:
    values = {
        "service": "HP",
        "description": "Biopsia",
        "price": "250,50",
        "valid_from": valid_from.isoformat(),
    }
    return values | {"valid_until": ""} | changed


def errors(response) -> set[str]:
    return set(response.context["adminform"].form.errors)


def page(price: Price, name: str = "change") -> str:
    return f"/admin/lims/price/{price.pk}/{name}/"


@pytest.mark.parametrize("days", [0, 1, 30])
def test_new_price_ends_the_open_one_the_day_before(admin, old, today, days):
    begins = today + days * DAY
    assert admin.post(ADD, typed(begins)).status_code == 302
    old.refresh_from_db()
    assert old.valid_until == begins - DAY
    assert Price.objects.get(valid_until=None).price == Decimal("250.50")


def test_first_price_of_a_service_may_begin_in_the_past(admin, today):
    assert admin.post(ADD, typed(date(2024, 1, 1))).status_code == 302


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"valid_from": "2021-01-01"}, "valid_from"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"description": ""}, "description"),
    ],
)
def test_wrong_price_is_told_and_the_old_one_goes_on(admin, old, today, changed, field):
    assert errors(admin.post(ADD, typed(today) | changed)) == {field}
    assert Price.objects.get().valid_until is None


def test_overlapping_price_is_refused(admin, old, today):
    admin.post(ADD, typed(today + 10 * DAY))
    until = (today + 20 * DAY).isoformat()
    assert errors(admin.post(ADD, typed(today + 2 * DAY, valid_until=until))) == {"valid_from"}
    old.refresh_from_db()
    assert old.valid_until == today + 9 * DAY


def test_price_with_a_past_is_neither_edited_nor_deleted(admin, old, today):
    assert admin.post(page(old), typed(date(2020, 1, 1))).status_code == 403
    assert admin.post(page(old, "delete"), {"post": "yes"}).status_code == 403
    assert Price.objects.get().price == 100


def test_price_to_come_moves_with_the_end_of_the_one_before(admin, old, today):
    admin.post(ADD, typed(today + 10 * DAY))
    coming = Price.objects.get(valid_until=None)
    assert save(admin, page(coming), typed(today + 5 * DAY, price="300")).status_code == 302
    old.refresh_from_db()
    coming.refresh_from_db()
    assert (old.valid_until, coming.valid_from, coming.price) == (today + 4 * DAY, today + 5 * DAY, 300)
    assert errors(save(admin, page(coming), typed(today))) == {"valid_from"}
    assert errors(save(admin, page(coming), typed(today + 5 * DAY, service="CT"))) == {"service"}


def test_withdrawing_a_price_to_come_reopens_the_one_before(admin, old, today):
    admin.post(ADD, typed(today + 10 * DAY))
    coming = Price.objects.get(valid_until=None)
    assert admin.post(page(coming, "delete"), {"post": "yes"}).status_code == 302
    assert Price.objects.get().valid_until is None


def test_filter_tells_what_holds_today(admin, old, today):
    admin.post(ADD, typed(today + 10 * DAY))
    for chosen, expected in (("now", [old.pk]), ("later", [old.pk + 1]), ("past", [])):
        found = admin.get("/admin/lims/price/", {"time": chosen}).context["cl"].result_list
        assert len(found) == len(expected)
        assert all((price == old) == (chosen == "now") for price in found)
