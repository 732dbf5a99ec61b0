"""Removes what test runs left behind that could not clean up after themselves."""

import os
import shutil
from pathlib import Path

from config.embedded import files, processes
from config.embedded.errors import AlreadyRunning
from config.embedded.seaweedfs import SeaweedFS

TEST_FOLDERS = "test-*"


def remove_abandoned(var: Path) -> None:
    """Remove the folder of every test run that is over, and end what still runs in it."""
    for folder in var.glob(TEST_FOLDERS):
        if (folder / "lock").exists():
            remove_unused(folder.resolve())


def remove_unused(folder: Path) -> None:
    """Remove a data folder, and end what still runs in it, unless somebody holds its lock."""
    try:
        descriptor = files.lock(folder)
    except (AlreadyRunning, FileNotFoundError):
        return
    processes.end_leftovers(folder)
    if (folder / "s3" / "ports.json").exists():
        SeaweedFS(folder / "s3").remove_sockets()
    shutil.rmtree(folder, ignore_errors=True)
    os.close(descriptor)
