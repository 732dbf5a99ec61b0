"""How large a paper may be, so that no render can hang a worker. Checked before anything is laid out."""

from collections.abc import Iterable

MAX_ROWS = 5_000
MAX_FIELD_CHARACTERS = 10_000
MAX_CHARACTERS = 2_000_000


class PaperTooLarge(ValueError):
    """The document has more text than a paper may have; a retry does not help, less text does."""


def check_rows(rows: list) -> None:
    """Raise PaperTooLarge for more than MAX_ROWS rows."""
    if len(rows) > MAX_ROWS:
        raise PaperTooLarge(f"A paper has at most {MAX_ROWS} rows, not {len(rows)}; a retry does not help.")


def check_texts(texts: Iterable[str]) -> None:
    """Raise PaperTooLarge for a field, or all fields together, with more characters than a paper may have."""
    check_lengths(list(map(len, texts)))


def check_lengths(lengths: list[int]) -> None:
    """Do what `check_texts` does, by the fields' lengths in characters."""
    if max(lengths, default=0) > MAX_FIELD_CHARACTERS:
        raise PaperTooLarge(
            f"A field of a paper has at most {MAX_FIELD_CHARACTERS} characters, one here has {max(lengths)}; "
            "a retry does not help."
        )
    if sum(lengths) > MAX_CHARACTERS:
        raise PaperTooLarge(
            f"The fields of a paper have at most {MAX_CHARACTERS} characters together; a retry does not help."
        )


def texts_in(value: object) -> Iterable[str]:
    """Every string value in a JSON-able structure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
