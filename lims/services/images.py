"""Uploaded logos and signatures: checked from their header before anything is decoded, then made anew."""

import io
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from lims.errors import LimsError
from lims.services import assets

UPLOAD_BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 4_000_000
KEPT_BYTES_MAX = 256 * 1024
JPEG_QUALITY = 90
# A phone's JPEG with a second picture behind the first calls itself MPO.
FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "MPO": "JPEG"}
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


class ImageRefused(LimsError):
    """The upload is no image that a paper can show; a retry helps with another image only."""


@dataclass(frozen=True)
class Picture:
    """An image as it is kept: re-encoded, without metadata, at most KEPT_BYTES_MAX bytes."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int


def prepare(upload: IO[bytes]) -> Picture:
    """Return the uploaded PNG or JPEG upright, re-encoded and small enough; raise ImageRefused.

    The content decides what it is, never its name. Nothing is stored. The same bytes give the same picture.
    """
    content = upload.read(UPLOAD_BYTES_MAX + 1)
    if len(content) > UPLOAD_BYTES_MAX:
        raise ImageRefused(_("The image has more than 5 MB. Choose a smaller one."))
    with _opened(content) as image:
        _check_header(image)
        return _fitted(_decoded(image), FORMATS[image.format or ""])


def keep(picture: Picture) -> str:
    """Store a picture and return its SHA-256 in hex; idempotent."""
    return assets.keep(picture.content, picture.media_type, picture.width_px, picture.height_px)


def _opened(content: bytes) -> Image.Image:
    """Read the header alone: no pixel is decoded here."""
    try:
        return Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # Whatever a parser makes of a stranger's bytes, it is no image to us.
        raise ImageRefused(_("This is not a PNG or JPEG image. Choose another file.")) from error


def _check_header(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_MAX:
        raise _too_many_pixels()
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise ImageRefused(_("The image is animated, and paper is not. Choose a still one."))


def _too_many_pixels() -> ImageRefused:
    return ImageRefused(_("The image has more than 4 megapixels. Choose a smaller one."))


def _decoded(image: Image.Image) -> Image.Image:
    """Return the pixels, upright, as RGB, or as RGBA where something shows through."""
    try:
        if image.mode.startswith("I"):
            return _eight_bits(image).convert("RGB")
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA" if image.has_transparency_data else "RGB")
    except Exception as error:
        raise ImageRefused(_("The image is damaged or cut off. Choose another file.")) from error


def _eight_bits(image: Image.Image) -> Image.Image:
    # Converting 16-bit grey as it is would make all but the darkest 256 shades white.
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _fitted(image: Image.Image, file_format: str) -> Picture:
    content = _encoded(image, file_format)
    while len(content) > KEPT_BYTES_MAX:
        # Bytes grow with the area; a little less than the root, so that it ends soon.
        scale = min(0.9, (KEPT_BYTES_MAX / len(content)) ** 0.5)
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
        content = _encoded(image, file_format)
    return Picture(content, MEDIA_TYPES[file_format], image.width, image.height)


def _encoded(image: Image.Image, file_format: str) -> bytes:
    # A copy of the pixels alone: what Pillow would write from `info` (profile, comment, EXIF) stays behind.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    buffer = io.BytesIO()
    bare.save(buffer, file_format, optimize=True, quality=JPEG_QUALITY)
    return buffer.getvalue()
