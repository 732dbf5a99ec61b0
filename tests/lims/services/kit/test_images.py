"""Uploads become small, upright, bare PNG or JPEG pictures, or they are refused without being decoded."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from django.utils import translation
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from lims.models import Asset
from lims.services.kit import images

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def prepared(content: bytes) -> tuple[images.Picture, Image.Image]:
    picture = images.prepare(io.BytesIO(content))
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return picture, image


def png(width: int, height: int, rows: bytes, bit_depth: int = 8, colour_type: int = 2) -> bytes:
    """Return a PNG whose header says so; its rows are compressed as they are given."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def refused_sentence(content: bytes) -> str:
    with pytest.raises(images.ImageRefused) as refused:
        images.prepare(io.BytesIO(content))
    return str(refused.value)


@pytest.mark.parametrize(("file_format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_format_is_kept(file_format, media_type):
    picture, image = prepared(encoded(Image.new("RGB", (300, 200), "teal"), file_format))
    assert (picture.media_type, image.format) == (media_type, file_format)
    assert (picture.width_px, picture.height_px) == image.size == (300, 200)


def test_phones_double_jpeg_becomes_its_first_picture():
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("white", "black")]
    content = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert Image.open(io.BytesIO(content)).format == "MPO"
    picture, image = prepared(content)
    assert (picture.media_type, image.getpixel((5, 5))) == ("image/jpeg", (255, 255, 255))


def test_same_upload_gives_same_picture():
    content = encoded(Image.effect_noise((200, 200), 90), "PNG")
    assert images.prepare(io.BytesIO(content)) == images.prepare(io.BytesIO(content))


@pytest.mark.parametrize("file_format", ["GIF", "TIFF", "WEBP", "BMP", "ICO", "PDF"])
def test_other_formats_are_refused_by_content(file_format):
    assert "PNG or JPEG" in refused_sentence(encoded(Image.new("RGB", (64, 64)), file_format))


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
)
def test_what_is_no_image_is_refused(content):
    assert "PNG or JPEG" in refused_sentence(content)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_truncated_file_is_refused(file_format, part):
    content = encoded(Image.effect_noise((300, 300), 90).convert("RGB"), file_format)
    assert "damaged" in refused_sentence(content[: int(len(content) * part)])


def test_damaged_pixels_are_refused():
    assert "damaged" in refused_sentence(png(100, 100, b"\x00" * 50))


def test_too_many_bytes_are_refused():
    content = encoded(Image.new("RGB", (10, 10)), "PNG") + b"\x00" * images.LOGO.megabytes * MIB
    assert "5 MB" in refused_sentence(content)


def test_four_megapixels_are_the_most():
    assert "4 megapixels" in refused_sentence(encoded(Image.new("L", (2_001, 2_000)), "PNG"))
    _picture, image = prepared(encoded(Image.new("L", (2_000, 2_000)), "PNG"))
    assert image.size == (2_000, 2_000)


@pytest.mark.parametrize("side", [17_000, 9_000])
def test_bomb_is_refused_before_it_is_decoded(side):
    # In a process of its own, whose largest size ever tells whether the pixels were there.
    bomb = png(side, side, b"\x00" * 1_000)
    program = (
        "import io, sys, resource, os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings');"
        "import django; django.setup(); from django.utils import translation; translation.activate('en');"
        "from lims.services.kit import images; from PIL import PngImagePlugin;"
        "content = sys.stdin.buffer.read(); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: images.prepare(io.BytesIO(content))\n"
        "except images.ImageRefused as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=bomb, capture_output=True, check=True)
    sentence, grown_kib = done.stdout.decode().splitlines()
    assert "4 megapixels" in sentence
    assert int(grown_kib) * 1024 < 8 * MIB


def test_compressed_text_bomb_is_refused():
    info = PngInfo()
    info.add_text("bomb", "x" * 20_000_000, zip=True)
    refused_sentence(encoded(Image.new("RGB", (10, 10)), "PNG", pnginfo=info))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_metadata_is_left_behind(file_format):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    options = {"exif": exif, "icc_profile": b"SecretProfile", "comment": b"SecretComment"}
    if file_format == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Author", "SecretAuthor")
    content = encoded(Image.new("RGB", (50, 50), "teal"), file_format, **options)
    assert b"Secret" in content
    picture, image = prepared(content)
    assert b"Secret" not in picture.content
    assert not image.getexif()
    assert not {"icc_profile", "comment", "exif", "Author"} & set(image.info)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_picture_stands_upright(file_format):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    sideways = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(sideways).rectangle((0, 0, 60, 99), fill="black")
    _, image = prepared(encoded(sideways, file_format, exif=exif))
    assert image.size == (100, 200)
    assert image.getpixel((50, 20))[0] < 60 < 200 < image.getpixel((50, 180))[0]


def profile_of_swapped_colours() -> bytes:
    """Return sRGB's profile in which the first number of a pixel is its blue."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_are_those_that_the_profile_means(mode):
    red = Image.new("RGB", (40, 40), (255, 0, 0)).convert(mode)
    picture, image = prepared(encoded(red, "PNG", icc_profile=profile_of_swapped_colours()))
    assert image.convert("RGB").getpixel((5, 5)) == pytest.approx((0, 0, 255), abs=3)
    assert "icc_profile" not in image.info
    assert b"iCCP" not in picture.content


@pytest.mark.parametrize("profile", [b"no profile", profile_of_swapped_colours()[:200]])
def test_damaged_profile_is_passed_over(profile):
    _picture, image = prepared(encoded(Image.new("RGB", (40, 40), (255, 0, 0)), "PNG", icc_profile=profile))
    assert image.getpixel((5, 5)) == (255, 0, 0)


def test_sixteen_bits_stand_upright():
    grey = Image.new("I;16", (30, 20), 0)
    exif = Image.Exif()
    exif[0x0112] = 6
    _picture, image = prepared(encoded(grey, "PNG", exif=exif))
    assert image.size == (20, 30)


def test_transparency_is_kept():
    see_through = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    ImageDraw.Draw(see_through).rectangle((20, 20, 60, 60), fill=(200, 10, 10, 255))
    _, image = prepared(encoded(see_through, "PNG"))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5))[3] == 0
    assert image.getpixel((40, 40)) == (200, 10, 10, 255)


def test_palette_becomes_colour_with_its_transparency():
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([250, 0, 0, 0, 250, 0] + [0] * 762)
    palette.putpixel((3, 3), 1)
    _, plain = prepared(encoded(palette, "PNG"))
    assert (plain.mode, plain.getpixel((0, 0)), plain.getpixel((3, 3))) == ("RGB", (250, 0, 0), (0, 250, 0))
    _, clear = prepared(encoded(palette, "PNG", transparency=0))
    assert clear.mode == "RGBA"
    assert (clear.getpixel((0, 0))[3], clear.getpixel((3, 3))[3]) == (0, 255)


@pytest.mark.parametrize(
    ("colour_type", "pixel", "shown"),
    [
        (0, struct.pack(">H", 0x8000), (128, 128, 128)),
        (2, struct.pack(">HHH", 0xFF00, 0x8000, 0), (255, 128, 0)),
        (4, struct.pack(">HH", 0x8000, 0xFFFF), (128, 128, 128)),
        (6, struct.pack(">HHHH", 0x8000, 0x4000, 0, 0xFFFF), (128, 64, 0)),
    ],
)
def test_sixteen_bits_keep_their_shades(colour_type, pixel, shown):
    content = png(30, 30, (b"\x00" + pixel * 30) * 30, bit_depth=16, colour_type=colour_type)
    _, image = prepared(content)
    assert image.getpixel((10, 10))[:3] == shown


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_becomes_colour(mode):
    _, image = prepared(encoded(Image.new(mode, (20, 20)), "PNG"))
    assert image.mode == ("RGBA" if mode == "LA" else "RGB")


def test_cmyk_jpeg_becomes_rgb():
    _picture, image = prepared(encoded(Image.new("CMYK", (50, 50), (255, 0, 0, 0)), "JPEG"))
    red, green, blue = image.getpixel((25, 25))
    assert image.mode == "RGB"
    assert red < 60 and blue > 120 and green > 90


def test_animated_png_is_refused():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    assert "animated" in refused_sentence(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_large_picture_is_made_to_fit(file_format):
    noise = Image.effect_noise((1_900, 1_900), 90).convert("RGB" if file_format == "JPEG" else "L")
    content = (
        encoded(noise, file_format, quality=60) if file_format == "JPEG" else encoded(noise, file_format)
    )
    picture, image = prepared(content)
    assert len(picture.content) <= images.KEPT_BYTES_MAX
    assert image.width == image.height > 200


def test_extreme_shape_ends():
    picture, image = prepared(encoded(Image.effect_noise((400_000, 4), 90), "PNG"))
    assert len(picture.content) <= images.KEPT_BYTES_MAX
    assert image.height >= 1


@pytest.mark.django_db
def test_kept_twice_is_stored_once():
    picture = images.prepare(io.BytesIO(encoded(Image.new("RGB", (30, 20), "teal"), "PNG")))
    assert images.keep(picture) == images.keep(picture)
    asset = Asset.objects.get()
    assert (asset.width_px, asset.height_px, asset.media_type) == (30, 20, "image/png")
    assert bytes(asset.content) == picture.content


@pytest.mark.django_db
def test_refused_upload_stores_nothing(alma):
    from lims.errors import Incomplete
    from lims.models import Laboratory
    from lims.services.laboratory.laboratory import change_laboratory

    with pytest.raises(Incomplete) as refused:
        change_laboratory(alma, name="Otro", logo=io.BytesIO(b"GIF89a"))
    assert set(refused.value.fields) == {"logo"}
    assert not Asset.objects.exists()
    assert not Laboratory.objects.exists()
