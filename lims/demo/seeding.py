"""Fills an empty laboratory with the demo, in one transaction."""

import random
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from lims.demo.bench import create_bench
from lims.demo.holidays import create_holidays
from lims.demo.laboratory import create_laboratory, create_prices
from lims.demo.pace import Pace
from lims.demo.people import ADMIN_EMAIL, create_people
from lims.demo.protocols import create_protocols
from lims.demo.reports import create_reports
from lims.demo.requests import create_requests
from lims.demo.steps import create_history
from lims.demo.work_orders import create_work_orders
from lims.models import User

# Any number that nothing else in this database locks.
LOCK = 4_026_531_840


@dataclass(frozen=True)
class Seeded:
    """How much was written."""

    protocols: int
    work_orders: int
    reports: int


@transaction.atomic
def seed(protocols: int, seed: int) -> Seeded | None:
    """Write the demo laboratory and return how much, or None where it is there already; idempotent.

    The same numbers on the same day write the same laboratory. Two at a time wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if User.objects.filter(email=ADMIN_EMAIL).exists():
        return None
    rng = random.Random(seed)  # noqa: S311  (reproducible on purpose)
    now = timezone.now()
    today = timezone.localdate(now)
    cast = create_people(rng, now)
    create_laboratory()
    create_prices(today)
    pace = Pace(now, create_holidays())
    create_protocols(rng, protocols, cast, pace, now)
    work_orders = create_work_orders(rng, cast, today)
    create_bench(rng, cast, pace)
    create_history(cast, pace)
    create_requests(cast, pace)
    return Seeded(protocols, work_orders, create_reports(rng, cast, pace))
