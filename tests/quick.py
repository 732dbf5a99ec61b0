"""`make quick`: the tests that start no program beside the run's PostgreSQL; and which those are."""

import os
import subprocess
import sys
from functools import cache
from types import ModuleType

import pytest

QUICK = bool(os.environ.get("LAMINA_QUICK"))
FOLDERS = ("tests/browser/", "tests/drills/")
# What puts something into S3, or starts a program in a conftest.py.
FIXTURES = {"buckets", "shelf", "s3", "observe", "worker"}


def starts_programs(item: pytest.Item) -> bool:
    """Tell whether a test needs more than PostgreSQL: by its mark, its folder, its fixtures or its module."""
    return (
        item.get_closest_marker("programs") is not None
        or item.nodeid.startswith(FOLDERS)
        or not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or can_start(getattr(item, "module", None))
    )


@cache
def can_start(module: ModuleType | None) -> bool:
    """Tell whether a module of tests has `subprocess`, or something of another one that has it."""
    named = vars(module).values() if module else ()
    homes = {getattr(thing, "__module__", None) or "" for thing in named}
    ours = [sys.modules[home] for home in homes if home.startswith("tests.") and home in sys.modules]
    return any(subprocess in vars(each).values() for each in [module, *ours] if each)


def refuse_programs(patch: pytest.MonkeyPatch) -> None:
    """Have a test fail that starts a program and is not marked so."""

    def refuse(_self, command, *_args, **_kwargs) -> None:
        pytest.fail(f"starts {command}: such a test is marked `programs`")

    patch.setattr(subprocess.Popen, "__init__", refuse)


if __name__ == "__main__":
    os.environ["LAMINA_QUICK"] = "1"
    sys.exit(pytest.main(["-n", "2", *sys.argv[1:]]))
