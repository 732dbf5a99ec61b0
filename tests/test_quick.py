"""Which tests `make quick` runs: those that start no program, held to it while they run."""

import subprocess
import sys
from types import ModuleType

import pytest

from tests import processes, quick

pytestmark = pytest.mark.programs


def module(**names) -> ModuleType:
    made = ModuleType("made")
    vars(made).update(names)
    return made


def test_module_that_can_start_a_program_is_found_by_what_it_names():
    assert quick.can_start(sys.modules[processes.__name__])
    assert quick.can_start(module(subprocess=subprocess))
    assert not quick.can_start(module(pytest=pytest))


def test_module_that_names_something_of_one_that_can_is_found_too():
    assert quick.can_start(module(worker=processes.worker))
    assert not quick.can_start(module(can_start=pytest.fixture))


@pytest.mark.parametrize("start", [subprocess.run, subprocess.Popen, subprocess.check_output])
def test_program_that_is_started_all_the_same_fails_the_test(monkeypatch, start):
    quick.refuse_programs(monkeypatch)
    with pytest.raises(pytest.fail.Exception, match="true"):
        start(["true"])


def test_what_puts_something_into_the_store_takes_no_part(request, buckets):
    assert quick.starts_programs(request.node)
