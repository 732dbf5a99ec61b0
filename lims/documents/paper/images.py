"""Images of a paper: fitted into a box, put into the file once, kept ready between renders of a process."""

import functools
import io
import threading
import zlib
from collections import OrderedDict
from typing import NamedTuple

from PIL import Image
from reportlab.pdfbase import pdfdoc

MAX_PIXELS = 24_000_000
PRINT_DPI = 300
# The box that a micrograph is printed in, two in a row. It is made for that size once, when it comes.
MICROGRAPH_WIDTH_MM = 84
MICROGRAPH_HEIGHT_MM = 66
MICROGRAPH_DPI = 200
_KEPT = 32


class UnreadableImage(ValueError):
    """The bytes are no PNG or JPEG that we print; a retry does not help, another image does."""


class ImageObject(NamedTuple):
    """An image as a PDF stream's entries and bytes; `mask` is its transparency."""

    entries: dict[str, object]
    content: bytes
    mask: "ImageObject | None" = None


def fitted(
    width_px: float, height_px: float, box_width_pt: float, box_height_pt: float
) -> tuple[float, float]:
    """The size in points at which an image fills a box without leaving it or changing its shape."""
    scale = min(box_width_pt / width_px, box_height_pt / height_px)
    return width_px * scale, height_px * scale


_ready: OrderedDict[tuple[str, int, int], ImageObject] = OrderedDict()
_lock = threading.Lock()


def image_object(sha256: str, data: bytes, width_pt: float, height_pt: float) -> ImageObject:
    """The image ready for a file; a PNG has at most 300 dpi at that printed size, a JPEG passes through.

    Raises UnreadableImage. Kept by digest and size, so the bytes are read once per process.
    """
    key = (sha256, round(width_pt), round(height_pt))
    with _lock:
        if key not in _ready:
            _ready[key] = _read(data, width_pt, height_pt)
            if len(_ready) > _KEPT:
                _ready.popitem(last=False)
        _ready.move_to_end(key)
        return _ready[key]


def add_image(doc: pdfdoc.PDFDocument, name: str, image: ImageObject) -> None:
    """Put the image into a document under that name, for `canvas.doForm(name)`."""
    entries = pdfdoc.PDFDictionary(dict(image.entries))
    if image.mask:
        mask = pdfdoc.PDFStream(pdfdoc.PDFDictionary(dict(image.mask.entries)), image.mask.content)
        entries["SMask"] = doc.Reference(mask, name + ".mask")
    doc.addForm(name, pdfdoc.PDFStream(entries, image.content))


def _read(data: bytes, width_pt: float, height_pt: float) -> ImageObject:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableImage("An image of this paper has too many pixels; a retry does not help.")
            return _jpeg(image, data) if image.format == "JPEG" else _png(image, width_pt, height_pt)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage("An image of this paper cannot be read; a retry does not help.") from error


def _jpeg(image: Image.Image, data: bytes) -> ImageObject:
    entries = _entries(image, "DCTDecode")
    if image.mode == "CMYK":
        entries["Decode"] = pdfdoc.PDFArray([1, 0] * 4)
    return ImageObject(entries, data)


def _png(image: Image.Image, width_pt: float, height_pt: float) -> ImageObject:
    pixels = image.convert("RGBA")
    most = (round(width_pt / 72 * PRINT_DPI) or 1, round(height_pt / 72 * PRINT_DPI) or 1)
    if pixels.width > most[0] and pixels.height > most[1]:
        pixels = pixels.resize(most, Image.Resampling.LANCZOS)
    colours = pixels.convert("RGB")
    alpha = pixels.getchannel("A")
    mask = None if alpha.getextrema()[0] == 255 else _flate(alpha)
    return _flate(colours)._replace(mask=mask)


def _flate(image: Image.Image) -> ImageObject:
    return ImageObject(_entries(image, "FlateDecode"), zlib.compress(image.tobytes()))


@functools.cache
def _colour_space(mode: str) -> str:
    return {"L": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}[mode]


def _entries(image: Image.Image, filter_name: str) -> dict[str, object]:
    return {
        "Type": pdfdoc.PDFName("XObject"),
        "Subtype": pdfdoc.PDFName("Image"),
        "Width": image.width,
        "Height": image.height,
        "BitsPerComponent": 8,
        "ColorSpace": pdfdoc.PDFName(_colour_space(image.mode)),
        "Filter": pdfdoc.PDFName(filter_name),
    }
