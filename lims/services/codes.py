"""The codes on paper, glass and plastic, as a scanner or a hand types them."""

import re

# A scanner set to another keyboard types ' for -, and - for /; people leave out spaces and leading zeros.
TEMPORARY = re.compile(r"TMP\W*(HP|CT)\W*(\d{8})\W+(\d{1,6})")
NUMBER = re.compile(r"(HP|CT)\W*(\d\d)\W+(\d{1,6})(?:\W*[CS]\d{1,4})?")
TYPED_MAX = 60


def canonical(typed: str) -> str | None:
    """Return a protocol's code as it is stored, whether its own or one of its cassettes or slides was read.

    None where it is no code of ours.
    """
    text = typed.strip().upper()
    if len(text) > TYPED_MAX:
        return None
    if found := TEMPORARY.fullmatch(text):
        kind, day, count = found.groups()
        return f"TMP-{kind}-{day}-{int(count):03d}"
    if found := NUMBER.fullmatch(text):
        kind, year, count = found.groups()
        return f"{kind} {year}/{int(count):03d}"
    return None
