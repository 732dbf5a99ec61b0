"""Drawing a work order, and what a process keeps of it. Floor: the same order of ten lines."""

import resource
import time

from bench.table import Row
from lims.documents.work_orders import work_order

MEMORY_RENDERS = 2_000
TARGET_500_LINES_MS = 120.0


def best_ms(shown: dict, assets, times: int) -> float:
    """Return the shortest of so many renders: the rest is the machine's noise."""
    seconds = []
    for _ in range(times):
        start_s = time.perf_counter()
        work_order.render(shown, assets)
        seconds.append(time.perf_counter() - start_s)
    return min(seconds) * 1000


def renders(orders: dict[int, object]) -> list[Row]:
    """Measure renders by lines; growth should be linear."""
    taken = {}
    for lines, order in orders.items():
        shown = work_order.snapshot(order.pk)
        taken[lines] = best_ms(shown, work_order.assets(shown), times=max(5, 1_000 // lines))
    rows = [Row("render, 500 lines", taken[500], "ms", "allowed", TARGET_500_LINES_MS, 1.0)]
    for lines in sorted(taken):
        floor = taken[500] / 500 * lines if lines > 500 else taken[10]
        name, target = (
            ("500 lines, in proportion", 1.25) if lines > 500 else ("10 lines", max(1.0, lines / 10))
        )
        rows.append(Row(f"render, {lines} lines", taken[lines], "ms", name, floor, target))
    return rows


def memory(order) -> Row:
    """Measure how the peak memory of this process grows over many renders."""
    shown = work_order.snapshot(order.pk)
    assets = work_order.assets(shown)
    for _ in range(MEMORY_RENDERS // 10):
        work_order.render(shown, assets)
    before = _peak_mib()
    for _ in range(MEMORY_RENDERS):
        work_order.render(shown, assets)
    return Row(f"peak memory after {MEMORY_RENDERS} renders", _peak_mib(), "MiB", "after 200", before, 1.05)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
