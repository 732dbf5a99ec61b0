"""Uploaded pictures: checked from their header before anything is decoded, then made anew.

Logos and signatures at once, in the request; micrographs, which are larger, by a job.
"""

import io
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from lims.documents.paper.images import MICROGRAPH_DPI, MICROGRAPH_HEIGHT_MM, MICROGRAPH_WIDTH_MM
from lims.errors import LimsError
from lims.services.kit import assets

MIB = 1024 * 1024
KEPT_BYTES_MAX = 256 * 1024
JPEG_QUALITY = 90
MICROGRAPH_PX = (
    round(MICROGRAPH_WIDTH_MM / 25.4 * MICROGRAPH_DPI),
    round(MICROGRAPH_HEIGHT_MM / 25.4 * MICROGRAPH_DPI),
)
# A phone's JPEG with a second picture behind the first calls itself MPO.
FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "MPO": "JPEG"}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


# Decoded, the largest takes some 200 MB; a worker has several threads, and they wait a second for each other.
_decoding = threading.Lock()


class ImageRefused(LimsError):
    """The upload is no image that a paper can show; a retry helps with another image only."""


@dataclass(frozen=True)
class Limits:
    """Largest upload."""

    megabytes: int
    megapixels: int


LOGO = Limits(megabytes=5, megapixels=4)
MICROGRAPH = Limits(megabytes=20, megapixels=24)


@dataclass(frozen=True)
class Picture:
    """An image as it is kept: re-encoded and without metadata."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int


def prepare(upload: IO[bytes]) -> Picture:
    """Return the uploaded PNG or JPEG upright, re-encoded and in at most KEPT_BYTES_MAX; raise ImageRefused.

    The content decides what it is, never its name. Nothing is stored. The same bytes give the same picture.
    """
    content = _read(upload, LOGO)
    with _opened(content, LOGO) as image:
        return _fitted(_decoded(image), FORMATS[image.format or ""])


def checked(upload: IO[bytes]) -> bytes:
    """Return an uploaded micrograph's bytes, of which no pixel was decoded yet; raise ImageRefused."""
    content = _read(upload, MICROGRAPH)
    _opened(content, MICROGRAPH).close()
    return content


def micrograph(content: bytes) -> Picture:
    """Return a micrograph as it is printed: upright, RGB, at most MICROGRAPH_PX, a bare JPEG.

    Raises ImageRefused for one that is damaged. The same bytes give the same picture.
    """
    with _decoding, _opened(content, MICROGRAPH) as image:
        # A JPEG decodes to a half, a quarter or an eighth by itself; twice the size keeps it sharp.
        image.draft(None, (2 * max(MICROGRAPH_PX), 2 * max(MICROGRAPH_PX)))
        paper = _on_white(_decoded(image, max(image.size) // (2 * max(MICROGRAPH_PX))))
    paper.thumbnail(MICROGRAPH_PX, Image.Resampling.LANCZOS)
    return Picture(_encoded(paper, "JPEG"), MEDIA_TYPES["JPEG"], paper.width, paper.height)


def keep(picture: Picture) -> str:
    """Store a picture and return its SHA-256 in hex; idempotent."""
    return assets.keep(picture.content, picture.media_type, picture.width_px, picture.height_px)


def _read(upload: IO[bytes], limits: Limits) -> bytes:
    content = upload.read(limits.megabytes * MIB + 1)
    if len(content) > limits.megabytes * MIB:
        message = _("The image has more than %(most)s MB. Choose a smaller one.")
        raise ImageRefused(message % {"most": limits.megabytes})
    return content


def _opened(content: bytes, limits: Limits) -> Image.Image:
    """Read and check the header alone: no pixel is decoded here."""
    try:
        image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(limits) from error
    except Exception as error:
        # Whatever a parser makes of a stranger's bytes, it is no image to us.
        raise ImageRefused(_("This is not a PNG or JPEG image. Choose another file.")) from error
    _check_header(image, limits)
    return image


def _check_header(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.megapixels * 1_000_000:
        raise _too_many_pixels(limits)
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise ImageRefused(_("The image is animated, and paper is not. Choose a still one."))


def _too_many_pixels(limits: Limits) -> ImageRefused:
    message = _("The image has more than %(most)s megapixels. Choose a smaller one.")
    return ImageRefused(message % {"most": limits.megapixels})


def _decoded(image: Image.Image, smaller: int = 1) -> Image.Image:
    """Return the pixels, upright, as RGB, or as RGBA where something shows through; so many times smaller."""
    try:
        if image.mode.startswith("I"):
            return _eight_bits(ImageOps.exif_transpose(image)).convert("RGB")
        if smaller > 1 and image.mode not in ("P", "1"):
            image = image.reduce(smaller)
        upright = ImageOps.exif_transpose(image)
        return _in_srgb(upright, "RGBA" if image.has_transparency_data else "RGB")
    except Exception as error:
        raise ImageRefused(_("The image is damaged or cut off. Choose another file.")) from error


def _in_srgb(image: Image.Image, mode: str) -> Image.Image:
    """Return a picture in a mode of sRGB, with the colours that its profile, which is left behind, means."""
    pixels = image if image.mode == "CMYK" else image.convert(mode)
    if profile := image.info.get("icc_profile"):
        # A damaged profile, or one of another kind of picture, is passed over, as most programs do.
        with suppress(ImageCms.PyCMSError, OSError):
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(pixels, meant, SRGB, outputMode=mode) or pixels
    return pixels.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    # Converting 16-bit grey as it is would make all but the darkest 256 shades white.
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


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
