"""The demo's work orders: written by the services, then moved to the states that no service reaches yet."""

import random
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lims.demo import hostile, texts
from lims.demo.people import Cast
from lims.models import Protocol, User, Veterinarian, WorkOrder, WorkOrderHistory
from lims.models import WorkOrderStatus as Status
from lims.services.work_orders import work_orders as services
from lims.services.work_orders.work_orders import Line

# Of vet@demo.test: lines and how many protocols they charge. Then small orders.
LARGE_ORDERS = ((1, 1), (10, 4), (50, 6), (500, 8), (2_000, 14))
ORDERS_OF_FIRST = 30
ORDERS_OF_OTHERS = 30
SMALL_LINES_MAX = 12
SMALL_PROTOCOLS_MAX = 2
# What becomes of small orders, in turn; of ten, seven have a number that their vet sees.
ENDS = ("issued", "sent", "invoiced", "draft", "issued", "sent", "cancelled", "issued", "invoiced", "sent")
ADVANCES = (Decimal(0), Decimal("0.5"), Decimal(1))
HOSTILE_EVERY = 5


@dataclass(frozen=True)
class Wish:
    """An order to be: for whom, how long, of how many protocols, and its end."""

    veterinarian: Veterinarian
    lines: int
    protocols: int
    end: str


def create_work_orders(rng: random.Random, cast: Cast, today: date) -> int:
    """Write orders as long as there are protocols to charge, at most 60, and return how many."""
    free = _free_protocols(cast.veterinarians)
    wishes = _wishes(rng, cast.veterinarians)
    done = 0
    for index, wish in enumerate(wishes):
        mine = free[wish.veterinarian.pk]
        chosen = [mine.popleft() for _ in range(min(wish.protocols, len(mine)))]
        if not chosen:
            continue
        issued_on = max(date(today.year, 1, 1), today - timedelta(days=(len(wishes) - index) // 2))
        order = _write(rng, cast.staff, wish, chosen, index)
        _bring_to_end(cast.staff, order, wish.end, issued_on)
        done += 1
    return done


def _free_protocols(veterinarians: list[Veterinarian]) -> dict[int, deque[Protocol]]:
    """Return the oldest numbered protocols of each veterinarian, more of them than the orders can take."""
    free: dict[int, deque[Protocol]] = defaultdict(deque)
    for veterinarian in veterinarians:
        numbered = Protocol.objects.filter(veterinarian=veterinarian, number__isnull=False).order_by("pk")
        free[veterinarian.pk].extend(numbered.only("pk", "kind", "status")[:200])
    return free


def _wishes(rng: random.Random, veterinarians: list[Veterinarian]) -> list[Wish]:
    first, *others = veterinarians
    wishes = [Wish(first, lines, protocols, "issued") for lines, protocols in LARGE_ORDERS]
    small = [first] * (ORDERS_OF_FIRST - len(LARGE_ORDERS))
    small += [others[index % len(others)] for index in range(ORDERS_OF_OTHERS)]
    rng.shuffle(small)
    for index, veterinarian in enumerate(small):
        protocols = rng.randint(1, SMALL_PROTOCOLS_MAX)
        lines = rng.randint(protocols, SMALL_LINES_MAX)
        wishes.append(Wish(veterinarian, lines, protocols, ENDS[index % len(ENDS)]))
    return wishes


def _write(rng: random.Random, by: User, wish: Wish, protocols: list[Protocol], index: int) -> WorkOrder:
    is_hostile = wish.lines <= SMALL_LINES_MAX and wish.lines != 10 and index % HOSTILE_EVERY == 1
    lines = [_line(rng, protocols, position) for position in range(wish.lines)]
    billing = {"observations": rng.choice(texts.OBSERVATIONS)}
    if is_hostile:
        turn = index // HOSTILE_EVERY
        lines[0] = Line(lines[0].protocol_id, lines[0].service, hostile.pick(hostile.TEXTS, turn, 4_000))
        billing["billing_name"] = hostile.pick(hostile.BILLING_NAMES, turn, 200)
        billing["observations"] = hostile.pick(hostile.TEXTS, turn + 2, 5_000)
    order = services.create_work_order(by, wish.veterinarian, lines, **billing)
    advance = (order.total * ADVANCES[index % len(ADVANCES)]).quantize(Decimal("0.01"))
    return services.change_work_order(by, order.pk, order.lock_version, advance=advance) if advance else order


def _line(rng: random.Random, protocols: list[Protocol], position: int) -> Line:
    """Return a charge: the examination itself for a protocol's first line, then extras."""
    protocol = protocols[position % len(protocols)]
    if position < len(protocols):
        service = "CT-1" if protocol.kind == "cytology" else rng.choice(("HP-1", "HP-2", "HP-M"))
        return Line(protocol.pk, service)
    service, description, price = rng.choice(texts.SERVICES[5:])
    discount = Decimal(price // 10) if rng.random() < 0.1 else Decimal(0)
    description = f"{description}, {rng.choice(texts.SITES)}"
    return Line(protocol.pk, service, description, rng.randint(1, 3), discount=discount)


def _bring_to_end(by: User, order: WorkOrder, end: str, issued_on: date) -> None:
    if end == Status.DRAFT:
        return
    order = services.issue_work_order(by, order.pk)
    # In the transaction of the issue, so that no PDF of today's date is ever made.
    WorkOrder.objects.filter(pk=order.pk).update(issued_on=issued_on)
    if end == Status.CANCELLED:
        services.cancel_work_order(by, order.pk, "Emitida dos veces por error.")
    if end in (Status.SENT, Status.INVOICED):
        _transition(by, order, Status.ISSUED, Status.SENT)
    if end == Status.INVOICED:
        _transition(by, order, Status.SENT, Status.INVOICED)


def _transition(by: User, order: WorkOrder, before: Status, after: Status) -> None:
    WorkOrder.objects.filter(pk=order.pk).update(status=after)
    WorkOrderHistory.objects.create(
        work_order=order, action=after, by=by, changes={"status": [before, after]}
    )
