"""The days on which the laboratory works: not Saturdays, Sundays, nor its holidays."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from lims.models import Holiday

SATURDAY = 5
DAY = timedelta(days=1)
MONDAY = "date '1970-01-05'"
# Every moment's day is the laboratory's; in SQL, `at` AT TIME ZONE settings.TIME_ZONE.
BETWEEN = """
greatest(
    {until} - {after}
    - 2 * (({until} - {monday}) / 7 - ({after} - {monday}) / 7)
    - (greatest(mod({until} - {monday}, 7) - 4, 0) - greatest(mod({after} - {monday}, 7) - 4, 0))
    - (SELECT count(*) FROM {holiday} AS holiday
       WHERE holiday."on" > {after} AND holiday."on" <= {until} AND extract(isodow FROM holiday."on") < 6),
    0
)::integer
"""


def add_working_days(day: date, count: int, holidays: Collection[date] | None = None) -> date:
    """Return the working day that is so many after a day; after none, the day itself or the next that is one.

    Reads the holidays unless they are given.
    """
    free = _holidays_from(day) if holidays is None else holidays
    days = _working_days_from(day, free)
    # The first is the day itself where that is a working one, and counts as none.
    found = next(days)
    for _count in range(count if found == day else count - 1):
        found = next(days)
    return found


def working_days_between(after: date, until: date, holidays: Collection[date] | None = None) -> int:
    """Return how many working days there are after one day up to another; none where that comes first.

    Reads the holidays unless they are given.
    """
    free = _holidays_from(after) if holidays is None else holidays
    days = range(1, (until - after).days + 1)
    return sum(is_working(after + number * DAY, free) for number in days)


def between_sql(after: str, until: str) -> str:
    """Return the SQL that says of two dates what `working_days_between` does, for many rows at once."""
    return BETWEEN.format(after=after, until=until, monday=MONDAY, holiday=Holiday._meta.db_table)


def is_working(day: date, holidays: Collection[date]) -> bool:
    """Return whether the laboratory works on a day."""
    return day.weekday() < SATURDAY and day not in holidays


def _working_days_from(day: date, holidays: Collection[date]) -> Iterator[date]:
    while True:
        if is_working(day, holidays):
            yield day
        day += DAY


def _holidays_from(day: date) -> set[date]:
    return set(Holiday.objects.filter(on__gte=day).values_list("on", flat=True))
