"""Our report beside the same content drawn by the rivals, taking turns, in processor time of all threads."""

import copy
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.reports_rendering import REALISTIC, report
from bench.rivals import engines
from bench.rivals.story import story
from bench.table import Row
from lims.documents.paper import qr
from lims.documents.reports import document

ROUNDS = 30
# The slow one takes a turn now and then: the bench has other things to do.
EVERY = {"ours": 1, "typst": 1, "WeasyPrint": 3}
TARGETS = {"typst": 2.2, "WeasyPrint": 0.25}


def rows() -> list[Row]:
    """Measure the realistic report against each rival that runs on this machine, and say which does not."""
    shown, assets = report(*REALISTIC)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        failures = story(shown, assets, folder)
        draws = {"ours": lambda mark: _ours(shown, assets, mark)} | _rivals(folder, failures)
        taken = _take_turns(draws)
    return [
        Row("report, render beside rivals p50", taken["ours"], "ms", name, taken[name], target)
        for name, target in TARGETS.items()
        if name in taken
    ]


def _rivals(folder: Path, failures: dict) -> dict[str, Callable]:
    found: dict[str, Callable] = {}
    for name, make in (("typst", engines.typst), ("WeasyPrint", engines.weasyprint)):
        try:
            draw = make(folder)
        except (ImportError, OSError) as error:
            print(f"{name} cannot be measured beside ours: {error}")
        else:
            found[name] = lambda mark, draw=draw: draw(_marked(failures, mark))
    return found


def _take_turns(draws: dict[str, Callable]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in draws}
    for number in range(ROUNDS):
        for name, draw in draws.items():
            if number % EVERY[name] == 0:
                start_s = time.process_time()
                draw(str(number))
                seconds[name].append(time.process_time() - start_s)
    # The first of each fills its caches.
    return {name: statistics.median(some[1:]) * 1000 for name, some in seconds.items()}


def _ours(shown: dict, assets: dict[str, bytes], mark: str) -> bytes:
    qr._rows.cache_clear()
    changed = copy.deepcopy(shown)
    changed["texts"] = {
        name: text and text.replace("\n", mark + "\n") + mark for name, text in shown["texts"].items()
    }
    return document.render(changed, assets)


def _marked(failures: dict, mark: str) -> dict:
    # Each paragraph is another one, or a rival would only repeat its last lines.
    sections = [[name, [text + mark for text in texts]] for name, texts in failures["sections"]]
    return failures | {"sections": sections}
