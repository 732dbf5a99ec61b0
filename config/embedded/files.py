"""Folders, secrets and locks under the data folder: readable by their owner only."""

import fcntl
import os
import secrets
from pathlib import Path

from config.embedded.errors import AlreadyRunning


def private_folder(path: Path) -> Path:
    """Create the folder with mode 0700 if it is missing and return it; an existing one stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def secret(file: Path) -> str:
    """Return the secret kept in `file` (mode 0600), making a random one the first time."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32))
    return file.read_text()


def write_private(file: Path, text: str) -> None:
    """Write `file` with mode 0600, whole or not at all."""
    draft = file.with_name(file.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(file)


def lock(folder: Path) -> int:
    """Take the folder's lock and return its descriptor; it is free again when this process ends.

    Raises AlreadyRunning when another process holds it.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(f"Already running in {folder}: stop that one first.") from None
    return descriptor
