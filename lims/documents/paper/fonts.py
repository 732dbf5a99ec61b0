"""The typeface of our papers: loaded once per process, embedded as subsets that are built once each."""

import functools
import threading
import zlib
from pathlib import Path
from typing import NamedTuple

import font_source_sans_pro
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN, TTFont

REGULAR = "PaperRegular"
SEMIBOLD = "PaperSemibold"
REPLACEMENT = "\ufffd"

_FILES = {REGULAR: "SourceSansPro-Regular.ttf", SEMIBOLD: "SourceSansPro-Semibold.ttf"}
# The typeface has no U+FFFD: it borrows the empty box, and still copies out as U+FFFD.
_REPLACEMENT_GLYPH = 0x2610
# In every subset from the start, so that nearly all papers share one and its font program is cached.
_SPANISH = "áéíóúüñÁÉÍÓÚÜÑ¿¡°ºª«»–—·…•“”‘’×±µ≥≤→€"
_COMMON_CODES = [0] + [32] * 31 + list(range(32, 127)) + [ord(c) for c in _SPANISH + REPLACEMENT]
_ESCAPED = {ord(c): "\\" + c for c in "\\()"}
_COMMON = frozenset(chr(code) for code in _COMMON_CODES[32:]) | {"\u00a0"}
_COMMON_ESCAPED = (
    {ord(c): f"\\{code:03o}" for code, c in enumerate(_SPANISH + REPLACEMENT, 127)} | _ESCAPED | {0xA0: " "}
)
_lock = threading.RLock()
_fonts: dict[str, "PaperFont"] = {}


class _Program(NamedTuple):
    """A subset ready for a file: packed font and ToUnicode map, the font's own length, widths as PDF text."""

    content: bytes
    length: int
    widths: str
    to_unicode: bytes


class PaperFont(TTFont):
    """A TrueType font whose first subset holds the common characters at fixed codes."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path, asciiReadable=False, shapable=False)
        self.face.charToGlyph[ord(REPLACEMENT)] = self.face.charToGlyph[_REPLACEMENT_GLYPH]
        self.face.charWidths[ord(REPLACEMENT)] = self.face.charWidths[_REPLACEMENT_GLYPH]
        self.width_of = {chr(code): width for code, width in self.face.charWidths.items()}

    def width_pt(self, text: str, size_pt: float) -> float:
        """The printed width of a text that has only this font's characters."""
        return sum(map(self.width_of.__getitem__, text)) * size_pt / 1000

    def chunks(self, text: str, doc: pdfdoc.PDFDocument) -> list[tuple[int, str]]:
        """The text as (subset number, escaped PDF string) pairs, in reading order."""
        self._seed(doc)
        if text.isascii():
            return [(0, text.translate(_ESCAPED))]
        if _COMMON.issuperset(text):
            return [(0, text.translate(_COMMON_ESCAPED))]
        return [(subset, _octal(codes)) for subset, codes in self.splitString(text, doc)]

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:
        """Write the font's subsets into the document; ReportLab calls it once, when it saves."""
        state = self.state.pop(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for number, codes in enumerate(state.subsets):
            name = f"{state.internalName}+{number}"
            fonts[name] = self._font_object(doc, name, number, tuple(codes))

    def _seed(self, doc: pdfdoc.PDFDocument) -> None:
        if doc in self.state:
            return
        state = self.state[doc] = TTFont.State(False, self)
        state.subsets = [list(_COMMON_CODES)]
        state.assignments = {code: n for n, code in enumerate(_COMMON_CODES) if n >= 32}
        state.nextCode = len(_COMMON_CODES)

    def _font_object(
        self, doc: pdfdoc.PDFDocument, name: str, number: int, codes: tuple[int, ...]
    ) -> pdfdoc.PDFTrueTypeFont:
        base_name = f"{SUBSETN(number).decode()}+{self.face.name.decode()}"
        font = pdfdoc.PDFTrueTypeFont()
        font.Name, font.BaseFont = name, base_name
        font.FirstChar, font.LastChar = 0, len(codes) - 1
        program = _program(self.fontName, codes)
        font.Widths = program.widths
        font.ToUnicode = doc.Reference(_packed(program.to_unicode), "toUnicode:" + base_name)
        descriptor = self._descriptor(base_name)
        packed = _packed(program.content, Length1=program.length)
        descriptor["FontFile2"] = doc.Reference(packed, "fontFile:" + base_name)
        font.FontDescriptor = doc.Reference(descriptor, "fontDescriptor:" + base_name)
        return font

    def _descriptor(self, base_name: str) -> pdfdoc.PDFDictionary:
        face = self.face
        return pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(base_name),
                "Flags": (face.flags & ~FF_NONSYMBOLIC) | FF_SYMBOLIC,
                "FontBBox": pdfdoc.PDFArray(face.bbox),
                "Ascent": face.ascent,
                "Descent": face.descent,
                "CapHeight": face.capHeight,
                "ItalicAngle": face.italicAngle,
                "StemV": face.stemV,
                "MissingWidth": face.defaultWidth,
            }
        )


def font(name: str) -> PaperFont:
    """The font of that name (REGULAR or SEMIBOLD), loaded and registered at first use."""
    return _fonts.get(name) or _load(name)


@functools.cache
def characters() -> frozenset[str]:
    """Every character that both weights of the typeface can print."""
    return frozenset(font(REGULAR).width_of) & frozenset(font(SEMIBOLD).width_of)


def prepare() -> None:
    """Load the typeface and build its common subsets, which the first paper of a process would wait for."""
    for name in _FILES:
        font(name)
        _program(name, tuple(_COMMON_CODES))
    characters()


def _load(name: str) -> PaperFont:
    with _lock:
        if name not in _fonts:
            path = Path(font_source_sans_pro.__file__).parent / "files" / _FILES[name]
            loaded = PaperFont(name, str(path))
            pdfmetrics.registerFont(loaded)
            _fonts[name] = loaded
        return _fonts[name]


@functools.lru_cache(maxsize=64)
def _program(name: str, codes: tuple[int, ...]) -> _Program:
    face = font(name).face
    with _lock:  # ReportLab's parser keeps a read position in the face, which threads share
        subset = face.makeSubset(codes)
    widths = " ".join(f"{face.getCharWidth(code):g}" for code in codes)
    to_unicode = zlib.compress(_to_unicode(codes).encode("ascii"))
    return _Program(zlib.compress(subset), len(subset), f"[ {widths} ]", to_unicode)


def _packed(content: bytes, **entries: int) -> pdfdoc.PDFStream:
    dictionary = pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode"), **entries})
    return pdfdoc.PDFStream(dictionary, content)


def _to_unicode(codes: tuple[int, ...]) -> str:
    pairs = [f"<{n:02X}> <{chr(code).encode('utf-16-be').hex()}>" for n, code in enumerate(codes) if code]
    lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap"]
    lines += ["/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"]
    lines += ["/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def"]
    lines += ["1 begincodespacerange", "<00> <FF>", "endcodespacerange"]
    for start in range(0, len(pairs), 100):  # the specification allows 100 in one block
        block = pairs[start : start + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def _octal(codes: bytes) -> str:
    return "".join(f"\\{code:03o}" for code in codes)
