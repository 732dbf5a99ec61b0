"""The codes on paper, glass and plastic, as a scanner or a hand types them."""

import re

# A scanner set to another keyboard types ' for -, and - for /; people leave out spaces and leading zeros.
TEMPORARY = re.compile(r"TMP\W*(HP|CT)\W*(\d{8})\W+(\d{1,6})")
NUMBER = re.compile(r"(HP|CT)\W*(\d\d)\W+(\d{1,6})(?:\W*[CS]\d{1,4})?")
TOKEN = re.compile(r"[A-Z]+|\d+", re.ASCII)
TYPED_MAX = 60


def beginnings(typed: str) -> list[str]:
    """Return what those stored codes of protocols and orders begin with that are typed so far, or scanned.

    Two where the letters are left out, as in 26/123; none where it is no code.
    """
    text = typed.strip().upper()
    tokens = TOKEN.findall(text) if len(text) <= TYPED_MAX else []
    match tokens:
        case ["TMP"] | ["TMP", "HP" | "CT", *_] if _are_numbers(tokens[2:], 2):
            return ["-".join(tokens)]
        case ["HP" | "CT" as kind, year, *rest] if _are_numbers([year, *rest[:1]], 2) and _is_label(rest[1:]):
            return ["/".join([f"{kind} {year}", *rest[:1]])]
        case ["OT", *numbers] if _are_numbers(numbers, 2):
            return ["-".join(["OT", *numbers])]
        case [year, count] if "/" in text and _are_numbers(tokens, 2):
            return [f"{kind} {year}/{count}" for kind in ("HP", "CT")]
    return []


def _are_numbers(tokens: list[str], most: int) -> bool:
    return len(tokens) <= most and all(token.isdigit() for token in tokens)


def _is_label(tokens: list[str]) -> bool:
    """Whether a cassette's or a slide's part of a code follows, or begins."""
    return not tokens or (tokens[0] in ("C", "S") and _are_numbers(tokens[1:], 1))


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
