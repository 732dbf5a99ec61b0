"""Compiles the translations, which are not kept in the repository, before Django reads any.

Loaded with `-p tests.translations`: what Django has once looked for in vain it does not look for again.
"""

import os
from pathlib import Path

import pytest

from lims.management.commands.compile_translations import compile_catalogue

LOCALE = Path(__file__).resolve().parent.parent / "locale"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Compile once per run; the processes of pytest-xdist find the files."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        for source in LOCALE.rglob("*.po"):
            compile_catalogue(source)
