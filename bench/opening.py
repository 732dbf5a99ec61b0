"""Opening a work order: hit, cold, stampede. Floors: `GET /whoami/`, and a bare HEAD."""

import time
from concurrent.futures import ThreadPoolExecutor

import pdfcache.cache
from actors.models import Job
from bench.load import Timing, one_by_one, throughput
from bench.table import Row
from pdfcache import store
from tests.client import Visitor, session_of

KIND = "work-order"
STAMPEDE_VIEWERS = 200
HEADS = 300
COLD_MS = 150.0


def path_of(order) -> str:
    return f"/work-orders/{order.pk}/pdf/"


def hits(web_url: str, user, orders: dict[int, object]) -> list[Row]:
    """Measure opens from the cache, of few and of many lines, against the login-required floor."""
    for order in orders.values():
        pdfcache.cache.fill(KIND, order.pk)
    session = session_of(user)
    requests = {"whoami": ("/whoami/", 200)} | {str(n): (path_of(order), 302) for n, order in orders.items()}
    timings = one_by_one(web_url, session, requests, rounds=30, each=50)
    floor = timings["whoami"].p50_ms
    rows = [
        Row(f"open, hit, {n} lines, p50", timings[str(n)].p50_ms, "ms", "whoami", floor, 2.5) for n in orders
    ]
    few, many = (timings[str(n)].p50_ms for n in (min(orders), max(orders)))
    rows.append(Row(f"open, hit, {max(orders)} lines", many, "ms", f"{min(orders)} lines", few, 2.0))
    beside = floor + _head_ms(orders[min(orders)])
    rows.append(Row(f"open, hit, {min(orders)} lines", few, "ms", "whoami and a bare HEAD", beside, 1.3))
    return [*rows, _hit_throughput(web_url, session, orders[min(orders)])]


def _head_ms(order) -> float:
    """Return how long the web's own client takes to look one object up, at the median."""
    key, seconds = pdfcache.cache.lookup(KIND, order.pk).key, []
    for _ in range(HEADS):
        start_s = time.perf_counter()
        assert store.stat(key)
        seconds.append(time.perf_counter() - start_s)
    return Timing.of(seconds).p50_ms


def _hit_throughput(web_url: str, session: str, order) -> Row:
    floors, values = [], []
    for _ in range(3):
        floors.append(throughput(web_url, session, "/whoami/", 200, clients=8, each=150))
        values.append(throughput(web_url, session, path_of(order), 302, clients=8, each=150))
    return Row("open, hit, 8 clients", max(values), "/s", "whoami", max(floors), 0.45, at_least=True)


def cold(web_url: str, user, orders: list) -> Row:
    """Measure from the click to the first byte of the PDF, with the worker idle and nothing cached."""
    visitor = Visitor(web_url, user)
    visitor.get("/whoami/")
    seconds = []
    for order in orders:
        pdfcache.cache.invalidate(KIND, order.pk)
        start_s = time.perf_counter()
        visitor.open(path_of(order))
        seconds.append(time.perf_counter() - start_s)
        time.sleep(0.05)
    return Row("open, cold, click to PDF, p95", Timing.of(seconds).p95_ms, "ms", "allowed", COLD_MS, 1.0)


def stampede(web_url: str, users: list, order) -> Row:
    """Let many viewers open one cold document at once, and count its renders."""
    pdfcache.cache.invalidate(KIND, order.pk)
    Job.objects.filter(args=[KIND, order.pk]).delete()
    visitors = [Visitor(web_url, user, connections=STAMPEDE_VIEWERS) for user in users]
    with ThreadPoolExecutor(STAMPEDE_VIEWERS) as pool:
        papers = list(
            pool.map(lambda n: visitors[n % len(users)].open(path_of(order)), range(STAMPEDE_VIEWERS))
        )
    assert len(papers) == STAMPEDE_VIEWERS
    assert len(set(papers)) == 1
    attempts = sum(job.attempts for job in Job.objects.filter(actor="render_pdf", args=[KIND, order.pk]))
    return Row(f"stampede of {STAMPEDE_VIEWERS}, renders", attempts, "", "document", 1.0, 1.0)
