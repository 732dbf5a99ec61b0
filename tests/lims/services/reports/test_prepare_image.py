"""prepare: what was uploaded becomes a bare, upright, printable JPEG in media, once; damage is told."""

import hashlib
import io
import struct
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now
from PIL import Image, ImageDraw

from actors import jobs, sweeping
from actors.models import Job, JobState
from lims.documents.reports import figures
from lims.models import ImageUpload, Report, ReportImage
from lims.services.kit import images
from lims.services.reports import images as report_images
from pdfcache import store
from pdfcache.errors import StoreError
from tests.lims.services.kit.test_images import png
from tests.pictures import encoded, upload
from tests.running import run_jobs

pytestmark = pytest.mark.usefixtures("buckets")
BOX = (661, 520)


def added(paula, draft: Report, content: bytes | None = None) -> ReportImage:
    [image] = report_images.add_images(paula, draft.pk, [upload()])
    if content is not None:
        ImageUpload.objects.update(content=content)
    return image


def prepared(paula, draft: Report, content: bytes | None = None) -> ReportImage:
    image = added(paula, draft, content)
    run_jobs("prepare_image")
    image.refresh_from_db()
    return image


def opened(image: ReportImage) -> Image.Image:
    stored = store.get(report_images.media_key(image.sha256), bucket=settings.S3_MEDIA_BUCKET)
    assert hashlib.sha256(stored).hexdigest() == image.sha256
    picture = Image.open(io.BytesIO(stored))
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.size == (image.width_px, image.height_px)
    return picture


def test_it_is_in_media_under_its_digest_and_the_upload_is_gone(paula, draft):
    image = prepared(paula, draft)
    assert (image.state, image.problem) == ("ready", "")
    assert opened(image).size == (661, 496)
    assert not ImageUpload.objects.exists()
    assert Job.objects.get().state == JobState.DONE


def test_it_has_200_dpi_of_the_box_that_the_paper_prints_it_in():
    printed = [round(size_pt / 72 * 200) for size_pt in (figures.WIDTH_PT, figures.HEIGHT_PT)]
    assert (images.MICROGRAPH_PX, tuple(printed)) == (BOX, BOX)


@pytest.mark.parametrize(
    ("size", "printed"),
    [
        ((6_000, 4_000), (661, 441)),
        ((3_000, 4_000), (390, 520)),
        ((4_000, 4_000), (520, 520)),
        ((700, 100), (661, 94)),
        ((300, 200), (300, 200)),
        ((1, 1), (1, 1)),
        ((20_000, 3), (661, 1)),
    ],
)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_it_is_scaled_down_to_its_box_and_never_up(size, printed, file_format):
    picture = images.micrograph(encoded(Image.new("RGB", size, "plum"), file_format))
    assert (picture.width_px, picture.height_px) == printed
    assert Image.open(io.BytesIO(picture.content)).size == printed


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(400, 200), (4_000, 2_000)])
def test_it_stands_upright_and_keeps_no_metadata(file_format, size):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"  # to be turned by a quarter, clockwise
    sideways = Image.new("RGB", size, "white")
    ImageDraw.Draw(sideways).rectangle((0, 0, size[0] // 3, size[1]), fill="black")
    content = encoded(sideways, file_format, exif=exif, icc_profile=b"SecretProfile")
    picture = images.micrograph(content)
    image = Image.open(io.BytesIO(picture.content))
    assert image.size == (picture.width_px, picture.height_px)
    assert image.height == 2 * image.width
    top, bottom = (image.getpixel((image.width // 2, y))[0] for y in (5, image.height - 5))
    assert top < 40 < 220 < bottom
    assert b"Secret" not in picture.content
    assert not image.getexif()


@pytest.mark.parametrize(
    ("image", "options", "shown"),
    [
        (Image.new("RGBA", (50, 50), (200, 0, 0, 0)), {}, (255, 255, 255)),
        (Image.new("RGBA", (3_000, 3_000), (200, 0, 0, 128)), {}, (227, 127, 127)),
        (Image.new("LA", (50, 50), (90, 255)), {}, (90, 90, 90)),
        (Image.new("1", (2_000, 2_000), 1), {}, (255, 255, 255)),
        (Image.new("L", (50, 50), 90), {}, (90, 90, 90)),
        (Image.new("P", (2_000, 2_000), 0), {"transparency": 0}, (255, 255, 255)),
        (Image.new("I;16", (50, 50), 0x8000), {}, (128, 128, 128)),
    ],
    ids=["clear", "half clear and large", "LA", "1", "L", "P", "I;16"],
)
def test_what_shows_through_is_white_and_every_mode_becomes_colour(image, options, shown):
    picture = images.micrograph(encoded(image, "PNG", **options))
    pixel = Image.open(io.BytesIO(picture.content)).convert("RGB").getpixel((10, 10))
    assert all(abs(have - want) <= 2 for have, want in zip(pixel, shown, strict=True)), pixel


def test_the_print_shops_colours_become_the_screens():
    picture = images.micrograph(encoded(Image.new("CMYK", (3_000, 2_000), (255, 0, 0, 0))))
    red, green, blue = Image.open(io.BytesIO(picture.content)).getpixel((25, 25))
    assert red < 60 < 90 < green and blue > 120


def test_the_same_upload_is_the_same_object(paula, draft):
    first, second = prepared(paula, draft), prepared(paula, draft)
    assert first.sha256 == second.sha256


@pytest.mark.parametrize(
    "content",
    [
        encoded(Image.effect_noise((900, 900), 90).convert("RGB"))[:40_000],
        encoded(Image.effect_noise((900, 900), 90), "PNG")[:40_000],
        png(2_000, 2_000, b"\x00" * 50),
    ],
    ids=["cut jpeg", "cut png", "too few rows"],
)
def test_a_damaged_image_is_told_in_its_authors_language_and_done_with(paula, draft, content):
    image = prepared(paula, draft, content)
    assert (image.state, image.sha256) == ("failed", "")
    assert image.problem == "La imagen está dañada. Quitarla y subir otra."
    assert not ImageUpload.objects.exists()
    assert Job.objects.get().state == JobState.DONE


def test_a_bomb_is_refused_before_it_is_decoded():
    # In a process of its own, whose largest size ever tells whether the pixels were there.
    bomb = png(9_000, 9_000, b"\x00" * 1_000)
    program = (
        "import io, sys, resource, os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings');"
        "import django; django.setup(); from lims.services.kit import images; from PIL import PngImagePlugin;"
        "content = sys.stdin.buffer.read(); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for look in (images.micrograph, lambda content: images.checked(io.BytesIO(content))):\n"
        "    try: look(content)\n"
        "    except images.ImageRefused: print('refused')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=bomb, capture_output=True, check=True)
    *refused, grown_kib = done.stdout.decode().split()
    assert refused == ["refused", "refused"]
    assert int(grown_kib) * 1024 < 8 * 1024 * 1024


def test_twice_and_late_change_nothing(paula, draft):
    image = prepared(paula, draft)
    job = Job.objects.get()
    report_images.prepare(job)
    assert ReportImage.objects.get() == image
    image.delete()
    report_images.prepare(job)


def test_an_image_that_was_removed_meanwhile_is_no_error(paula, draft, monkeypatch):
    image = added(paula, draft)
    put = store.put

    def put_while_it_is_removed(*args, **kwargs):
        report_images.remove_image(paula, image.pk)
        return put(*args, **kwargs)

    monkeypatch.setattr(store, "put", put_while_it_is_removed)
    assert [job.state for job in run_jobs("prepare_image")] == [JobState.DONE]
    assert not ReportImage.objects.exists()


def test_a_worker_that_lost_its_lease_writes_nothing(paula, draft, monkeypatch):
    image = added(paula, draft)
    put = store.put

    def put_while_another_takes_over(*args, **kwargs):
        written = put(*args, **kwargs)
        Job.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert jobs.claim("prepare_image", Job.objects.get().pk)
        return written

    monkeypatch.setattr(store, "put", put_while_another_takes_over)
    run_jobs("prepare_image")
    image.refresh_from_db()
    assert (image.state, ImageUpload.objects.count()) == ("preparing", 1)
    monkeypatch.undo()
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    sweeping.sweep()
    job = jobs.claim("prepare_image", Job.objects.get().pk)
    report_images.prepare(job)
    image.refresh_from_db()
    assert image.state == "ready"


def test_while_the_store_is_away_it_waits_and_then_can_be_tried_again(paula, draft, monkeypatch):
    def away(*args, **kwargs):
        raise StoreError("The object store is away; a retry later helps.")

    image = added(paula, draft)
    with monkeypatch.context() as patched:
        patched.setattr(store, "put", away)
        for _ in range(3):
            assert [job.state for job in run_jobs("prepare_image")] == [JobState.PENDING]
        image.refresh_from_db()
        assert image.state == "preparing"
        assert [job.state for job in run_jobs("prepare_image")] == [JobState.FAILED]
    image.refresh_from_db()
    assert (image.state, ImageUpload.objects.count()) == ("failed", 1)
    assert image.problem.startswith("No se pudo guardar la imagen")
    again = report_images.retry_image(paula, image.pk)
    assert (again.state, again.problem) == ("preparing", "")
    run_jobs("prepare_image")
    image.refresh_from_db()
    assert image.state == "ready"


def test_an_image_that_takes_its_workers_down_is_told_too(paula, draft):
    image = added(paula, draft)
    Job.objects.update(attempts=3)
    jobs.claim("prepare_image", Job.objects.get().pk)
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    sweeping.sweep()
    image.refresh_from_db()
    assert Job.objects.get().state == JobState.FAILED
    assert (image.state, image.problem) == ("failed", "La imagen está dañada. Quitarla y subir otra.")
    assert not ImageUpload.objects.exists()


def test_a_png_with_a_header_that_lies_is_damaged():
    content = encoded(Image.new("RGB", (40, 40), "plum"), "PNG")
    lying = content[:16] + struct.pack(">II", 30, 30) + content[24:]
    with pytest.raises(images.ImageRefused):
        images.micrograph(lying)
