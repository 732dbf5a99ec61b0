"""Working days: counted and added by one rule, in Python as in SQL."""

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lims.models import Holiday
from lims.services.kit.working_days import add_working_days, between_sql, is_working, working_days_between
from tests.drills.length import examples

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
FREE = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40)
quickly = settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def between_in_sql(after: date, until: date) -> int:
    with connection.cursor() as cursor:
        days = between_sql("given.after", "given.until")
        cursor.execute(
            f"SELECT {days} FROM (SELECT %s::date, %s::date) AS given (after, until)", [after, until]
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, date(2026, 11, 24)),
        (FRIDAY, 5, date(2026, 11, 30)),
        (SATURDAY, 0, date(2026, 11, 24)),
        (SATURDAY, 1, date(2026, 11, 24)),
        (SATURDAY, 2, date(2026, 11, 25)),
        # Over the year's end, past Christmas and the first of January.
        (date(2026, 12, 24), 4, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_weekends_and_holidays_do_not_count(day, count, expected):
    for free in (MONDAY, date(2026, 12, 25), date(2027, 1, 1)):
        Holiday.objects.create(on=free, name="Feriado")
    assert add_working_days(day, count) == expected


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, SATURDAY, 0),
        (FRIDAY, MONDAY, 1),
        (SATURDAY, MONDAY, 1),
        (FRIDAY, date(2026, 12, 4), 10),
        (MONDAY, FRIDAY, 0),
    ],
)
def test_between_counts_the_last_day_and_not_the_first(after, until, expected):
    assert working_days_between(after, until) == between_in_sql(after, until) == expected


@quickly
@given(after=DAYS, length=st.integers(-10, 500), holidays=FREE)
def test_sql_and_python_agree(after, length, holidays):
    Holiday.objects.all().delete()
    Holiday.objects.bulk_create(Holiday(on=day, name="x") for day in holidays)
    until = after + timedelta(days=length)
    assert between_in_sql(after, until) == working_days_between(after, until)


@quickly
@given(day=DAYS, count=st.integers(0, 90), holidays=FREE)
def test_adding_gives_the_first_day_that_is_so_far_and_is_worked_on(day, count, holidays):
    found = add_working_days(day, count, holidays)
    assert is_working(found, holidays)
    if count:
        assert working_days_between(day, found, holidays) == count
        assert working_days_between(day, found - timedelta(days=1), holidays) == count - 1


def test_holidays_are_read_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        add_working_days(FRIDAY, 200)
    with django_assert_num_queries(1):
        working_days_between(FRIDAY, date(2028, 1, 1))
