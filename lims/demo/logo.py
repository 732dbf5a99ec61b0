"""The demo laboratory's logo: a slide with stained tissue on it, drawn in code."""

import io

from PIL import Image, ImageDraw

SIZE_PX = 480
OVERSAMPLING = 3
ACCENT = (84, 64, 159, 255)
GLASS = (255, 255, 255, 255)
FROSTED = (201, 191, 240, 255)
EOSIN = (224, 112, 159, 255)
HAEMATOXYLIN = (84, 64, 159, 255)
# Nuclei: left, top and diameter, in 480ths.
NUCLEI = (
    (226, 262, 14), (258, 244, 18), (292, 268, 12), (314, 240, 16),
    (276, 300, 14), (240, 306, 12), (318, 294, 18),
)  # fmt: skip


def draw_logo() -> bytes:
    """Return the logo as PNG with transparent corners; the same bytes each time."""
    scale = OVERSAMPLING
    image = Image.new("RGBA", (SIZE_PX * scale, SIZE_PX * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def box(*corners: int) -> list[int]:
        return [corner * scale for corner in corners]

    draw.rounded_rectangle(box(0, 0, 479, 479), radius=104 * scale, fill=ACCENT)
    draw.rounded_rectangle(box(56, 168, 424, 360), radius=22 * scale, fill=GLASS)
    draw.rounded_rectangle(box(56, 168, 150, 360), radius=22 * scale, fill=FROSTED)
    draw.ellipse(box(196, 214, 356, 336), fill=EOSIN)
    for left, top, diameter in NUCLEI:
        draw.ellipse(box(left, top, left + diameter, top + diameter), fill=HAEMATOXYLIN)
    for top in (204, 232, 260):
        draw.rounded_rectangle(box(74, top, 132, top + 10), radius=5 * scale, fill=ACCENT)
    return _png(image.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
