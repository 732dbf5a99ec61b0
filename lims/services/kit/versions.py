"""The second editor: nobody saves over what was changed since they read it."""

from typing import Protocol

from lims.errors import StaleEdit


class Versioned(Protocol):
    """A row whose `lock_version` grows with each save."""

    lock_version: int


def require_version(row: Versioned, lock_version: int | None, sentence: str) -> None:
    """Raise StaleEdit with a sentence if a row was changed since a version was read; None checks nothing."""
    if lock_version is not None and row.lock_version != lock_version:
        raise StaleEdit(sentence)
