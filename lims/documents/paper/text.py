"""Which text our papers can print, what stands in for the rest, and where lines break."""

import bisect
import functools
import itertools
import re
import unicodedata
from collections.abc import Callable

import regex

from lims.documents.paper.fonts import REPLACEMENT, characters, font

TAB = "    "
_NEWLINES = frozenset(["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
_GRAPHEME = regex.compile(r"\X")
_WORD = re.compile(r" *[^ ]+")
_BREAK_AFTER = re.compile(r".*[-/.,;:_@&=]", re.DOTALL)


def printable(text: str) -> str:
    """The text as it prints: line ends as \\n, other white space as spaces, what the font lacks as U+FFFD."""
    if _plain().fullmatch(text):
        return text
    return "".join(map(_printed, _GRAPHEME.findall(text)))


def printable_line(text: str) -> str:
    """As `printable`, with line ends as spaces: for a field that has one line."""
    return printable(text).replace("\n", " ")


def unprintable(text: str) -> list[str]:
    """The graphemes of the text that print as U+FFFD, each once, in the order of their first use."""
    if _plain().fullmatch(text):
        return []
    lost = (g for g in _GRAPHEME.findall(text) if g != REPLACEMENT and _printed(g) == REPLACEMENT)
    return list(dict.fromkeys(lost))


def wrap(text: str, font_name: str, size_pt: float, width_pt: float) -> list[str]:
    """The lines of a printable text in that width; its own line ends stay, a word that is too long is cut."""
    return [
        line
        for paragraph in text.split("\n")
        for line in _wrap_paragraph(paragraph, font_name, width_pt * 1000 / size_pt)
    ]


@functools.cache
def _plain() -> re.Pattern[str]:
    alone = [c for c in characters() if unicodedata.category(c) not in ("Mn", "Me", "Cc", "Cf")]
    return re.compile(f"[\n{''.join(map(re.escape, sorted(alone)))}]*")


@functools.lru_cache(maxsize=4096)
def _printed(grapheme: str) -> str:
    if grapheme in _NEWLINES:
        return "\n"
    if grapheme == "\t":
        return TAB
    has = characters().issuperset
    composed = unicodedata.normalize("NFC", grapheme)
    if len(grapheme) > 1 and has(composed):
        return composed
    if has(grapheme):
        return grapheme
    if grapheme.isspace():
        return " "
    return composed if has(composed) else REPLACEMENT


def _wrap_paragraph(text: str, font_name: str, width_em: float) -> list[str]:
    width_of = font(font_name).width_of.__getitem__
    text = text.rstrip(" ")
    if sum(map(width_of, text)) <= width_em:
        return [text]
    lines: list[str] = []
    line, used_em = "", 0.0
    for word in _WORD.findall(text):
        word_em = sum(map(width_of, word))
        if used_em + word_em <= width_em:
            line, used_em = line + word, used_em + word_em
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word.lstrip(" "), width_of, width_em)
        lines += full
        used_em = sum(map(width_of, line))
    return [*lines, line]


def _cut(word: str, width_of: Callable[[str], float], width_em: float) -> list[str]:
    pieces = []
    reach: list[float] = [0, *itertools.accumulate(map(width_of, word))]
    start = 0
    while reach[-1] - reach[start] > width_em and start < len(word) - 1:
        end = max(bisect.bisect_right(reach, reach[start] + width_em) - 1, start + 1)
        end = _better_end(word, start, end)
        pieces.append(word[start:end])
        start = end
    return [*pieces, word[start:]]


def _better_end(word: str, start: int, end: int) -> int:
    """Move a cut back behind punctuation in its last third, if any, and never before a combining mark."""
    found = _BREAK_AFTER.match(word, start + (end - start) * 2 // 3, end)
    if found and found.end() < len(word):
        return found.end()
    earlier = end
    while earlier > start + 1 and earlier < len(word) and unicodedata.combining(word[earlier]):
        earlier -= 1
    return earlier if earlier > start + 1 else end
