"""The demo pathologist's signature, drawn in code."""

import io
import math

from PIL import Image, ImageDraw

WIDTH_PX, HEIGHT_PX = 720, 240
OVERSAMPLING = 3
INK = (24, 24, 60, 255)
STEPS = 700


def draw_signature() -> bytes:
    """Return a flourish as PNG on a transparent ground; the same bytes each time."""
    scale = OVERSAMPLING
    image = Image.new("RGBA", (WIDTH_PX * scale, HEIGHT_PX * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    points = [_point(step / STEPS) for step in range(STEPS + 1)]
    scaled = [(round(x * scale), round(y * scale)) for x, y in points]
    draw.line(scaled, fill=INK, width=5 * scale, joint="curve")
    draw.line([(60 * scale, 205 * scale), (660 * scale, 188 * scale)], fill=INK, width=4 * scale)
    buffer = io.BytesIO()
    image.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _point(along: float) -> tuple[float, float]:
    """Return a point of the pen's way: loops that get smaller from left to right."""
    height = 80 * (1 - 0.75 * along)
    x = 70 + 560 * along + 26 * math.sin(along * 44)
    y = 120 - height * math.cos(along * 44) * (0.55 + 0.45 * math.cos(along * 9))
    return x, y
