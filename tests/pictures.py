"""Pictures for tests: encoded in memory, as they come from a microscope's camera or a phone."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def encoded(image: Image.Image, file_format: str = "JPEG", **options) -> bytes:
    """Return the picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def upload(
    name: str = "campo.jpg", size: tuple[int, int] = (1_600, 1_200), colour: str = "plum", **options
) -> SimpleUploadedFile:
    """Return a picture of one colour as a browser sends it."""
    return SimpleUploadedFile(name, encoded(Image.new("RGB", size, colour), **options))
