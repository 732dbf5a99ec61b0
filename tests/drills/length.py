"""How long this run is: `make drill` runs the long form of every drill, `make test` the short one."""

import os

LONG = os.environ.get("LAMINA_DRILL") == "long"


def examples(short: int) -> int:
    """Return how many examples a test of a property tries, of which a long run tries ten times as many."""
    return short * 10 if LONG else short
