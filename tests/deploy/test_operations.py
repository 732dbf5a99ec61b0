"""docs/operations.md: its table of settings is what the settings read."""

import re

import pytest

from tests.deploy.composition import ROOT
from tests.deploy.variables import literal_defaults, read_by_settings

TEXT = (ROOT / "docs" / "operations.md").read_text()
SECTION = TEXT.partition("\n## Configure\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", SECTION, flags=re.M)
TABLE = {name: default for name, default, _ in ROWS}


def test_table_has_every_variable_that_the_settings_read_and_no_other():
    assert set(TABLE) == set(read_by_settings())
    assert len(TABLE) == len(ROWS)


def test_table_says_which_variables_are_required():
    assert {name for name, default in TABLE.items() if default == "required"} == {
        name for name, required in read_by_settings().items() if required
    }


@pytest.mark.parametrize("name", literal_defaults())
def test_table_tells_the_default(name):
    assert TABLE[name].split(",")[0].strip("`") == literal_defaults()[name]


@pytest.mark.parametrize("service", ["web", "worker-interactive", "worker-background", "sweeper", "prepare"])
def test_every_program_is_told_of(service):
    assert f"`{service}`" in TEXT
