"""Micrographs of a draft in the request: looked at, taken in, described, ordered, removed, opened."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from actors.models import Job
from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible, StaleEdit
from lims.models import ImageUpload, Report, ReportImage
from lims.services.kit import images
from lims.services.reports.finalizing import finalize_report
from lims.services.reports.images import (
    add_images,
    describe_image,
    order_images,
    picture_url,
    remove_image,
    retry_image,
)
from tests import factories
from tests.pictures import encoded, upload
from tests.running import run_jobs

CONTENT = encoded(Image.new("RGB", (40, 30), "plum"))
READY = {"state": "ready", "sha256": "0" * 64, "width_px": 1, "height_px": 1}


def rows(draft: Report, count: int, **fields) -> list[ReportImage]:
    return ReportImage.objects.bulk_create(
        ReportImage(report=draft, position=position, **fields) for position in range(count)
    )


def test_each_file_has_its_row_its_bytes_and_its_job(paula, draft):
    files = [upload("uno.jpg"), upload("dos.png", file_format="PNG")]
    contents = [file.read() for file in files]
    [file.seek(0) for file in files]
    first, second = add_images(paula, draft.pk, files)
    assert [(image.position, image.filename, image.state) for image in (first, second)] == [
        (0, "uno.jpg", "preparing"),
        (1, "dos.png", "preparing"),
    ]
    assert [bytes(row.content) for row in ImageUpload.objects.order_by("pk")] == contents
    queued = [(job.actor, job.ref, job.args) for job in Job.objects.order_by("pk")]
    assert queued == [("prepare_image", str(image.pk), [image.pk]) for image in (first, second)]


def test_more_come_after_those_that_are_there(paula, draft):
    rows(draft, 3)
    [image] = add_images(paula, draft.pk, [upload()])
    assert image.position == 3


def test_no_pixel_is_decoded_in_the_request(paula, draft, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    assert add_images(paula, draft.pk, [SimpleUploadedFile("a.jpg", CONTENT)])


@pytest.mark.parametrize(
    "refused",
    [
        lambda: SimpleUploadedFile("a.jpg", b"GIF89a"),
        lambda: SimpleUploadedFile("a.jpg", b""),
        lambda: SimpleUploadedFile("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        lambda: upload("a.jpg", file_format="TIFF"),
        lambda: upload("a.jpg", file_format="WEBP"),
        lambda: upload("a.png", (6_001, 4_000), file_format="PNG"),
        lambda: SimpleUploadedFile("a.jpg", CONTENT + b"\0" * images.MICROGRAPH.megabytes * images.MIB),
    ],
    ids=["gif", "empty", "svg", "tiff", "webp", "pixels", "bytes"],
)
def test_one_bad_file_is_named_and_none_is_stored(paula, draft, refused):
    with pytest.raises(Incomplete) as refusal:
        add_images(paula, draft.pk, [upload(), refused()])
    [(field, told)] = refusal.value.fields.items()
    assert field == "upload-1"
    assert told.startswith("a.")
    assert not ReportImage.objects.exists()
    assert not Job.objects.exists()


def test_twenty_megabytes_and_twenty_four_megapixels_fit(paula, draft):
    filled = CONTENT + b"\0" * (20 * 1024 * 1024 - len(CONTENT))
    files = [SimpleUploadedFile("a.jpg", filled), upload("b.png", (6_000, 4_000), file_format="PNG")]
    assert len(add_images(paula, draft.pk, files)) == 2


def test_a_report_has_sixty_images_at_most(paula, draft):
    rows(draft, 58)
    with pytest.raises(Incomplete) as refusal:
        add_images(paula, draft.pk, [upload()] * 3)
    assert set(refusal.value.fields) == {"images"}
    assert draft.images.count() == 58
    add_images(paula, draft.pk, [upload(), upload()])
    assert draft.images.count() == 60


def test_a_name_is_kept_as_text_and_cut_where_it_is_too_long(paula, draft):
    [image] = add_images(paula, draft.pk, [upload("ñ" * 300 + ".jpg")])
    image.refresh_from_db()
    assert image.filename == "ñ" * 200


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_upload_at_once_never_pass_sixty(paula, draft):
    rows(draft, 58)

    def add(_) -> int:
        try:
            return len(add_images(paula, draft.pk, [upload(size=(20, 20))]))
        except Incomplete:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(4))) == 2
    positions = [*draft.images.values_list("position", flat=True)]
    assert positions == [*range(60)]


def test_what_an_image_shows_is_said_trimmed(paula, draft):
    [image] = rows(draft, 1)
    describe_image(paula, image.pk, " Mastocitos <&>\r\n", " 40x ", "Giemsa")
    image.refresh_from_db()
    assert (image.caption, image.magnification, image.stain) == ("Mastocitos <&>", "40x", "Giemsa")


def test_what_is_too_long_is_told_beside_its_field(paula, draft):
    [image] = rows(draft, 1, caption="antes")
    describe_image(paula, image.pk, "x" * 500, "x" * 40, "x" * 60)
    with pytest.raises(Incomplete) as refusal:
        describe_image(paula, image.pk, "y" * 501, "y" * 41, "y" * 61)
    assert set(refusal.value.fields) == {"caption", "magnification", "stain"}
    image.refresh_from_db()
    assert image.caption == "x" * 500


def test_they_stand_in_the_order_that_was_wished(paula, draft):
    first, second, third = rows(draft, 3)
    for wish in ([third.pk, first.pk, second.pk], [third.pk, first.pk, second.pk]):
        order_images(paula, draft.pk, wish)
        assert [image.pk for image in draft.images.all()] == wish


def test_an_order_of_other_images_than_there_are_is_stale(paula, draft):
    first, second = rows(draft, 2)
    [foreign] = rows(factories.draft_report(paula.staff_member.pathologist), 1)
    for wish in ([second.pk], [second.pk, first.pk, foreign.pk], [second.pk, second.pk], [first.pk, 0], []):
        with pytest.raises(StaleEdit):
            order_images(paula, draft.pk, wish)
    assert [image.pk for image in draft.images.all()] == [first.pk, second.pk]


def test_a_removed_image_is_gone_with_its_upload_and_a_second_click_finds_nothing(paula, draft):
    [image] = add_images(paula, draft.pk, [upload()])
    remove_image(paula, image.pk)
    assert not ReportImage.objects.exists()
    assert not ImageUpload.objects.exists()
    with pytest.raises(NotVisible):
        remove_image(paula, image.pk)


@pytest.mark.usefixtures("buckets")
def test_the_object_stays_for_the_others_that_show_it(paula, draft):
    first, second = add_images(paula, draft.pk, [upload(), upload()])
    run_jobs("prepare_image")
    remove_image(paula, first.pk)
    assert urllib3.request("GET", picture_url(paula, second.pk)).status == 200


def test_only_what_could_not_be_stored_is_tried_again(paula, draft):
    [image] = add_images(paula, draft.pk, [upload()])
    assert retry_image(paula, image.pk).state == "preparing"
    ReportImage.objects.update(state="failed")
    assert retry_image(paula, image.pk).state == "preparing"
    ReportImage.objects.update(state="failed")
    ImageUpload.objects.all().delete()
    with pytest.raises(InvalidTransition):
        retry_image(paula, image.pk)


@pytest.mark.usefixtures("buckets")
def test_whoever_sees_the_report_opens_the_picture_as_a_jpeg(paula, ana, draft):
    [image] = add_images(paula, draft.pk, [upload()])
    run_jobs("prepare_image")
    for reader in (paula, ana):
        answer = urllib3.request("GET", picture_url(reader, image.pk))
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert Image.open(io.BytesIO(answer.data)).size == (661, 496)


def test_a_vet_sees_pictures_of_the_own_issued_report_alone(bruno, carla, paula):
    protocol = factories.ready_protocol(bruno.veterinarian)
    report = factories.archived_report(paula.staff_member.pathologist, protocol)
    [image] = rows(report, 1, **READY)
    assert "media/" in picture_url(bruno, image.pk)
    with pytest.raises(NotVisible):
        picture_url(carla, image.pk)
    draft = factories.draft_report(
        paula.staff_member.pathologist, factories.ready_protocol(bruno.veterinarian)
    )
    [hidden] = rows(draft, 1, **READY)
    with pytest.raises(NotVisible):
        picture_url(bruno, hidden.pk)


@pytest.mark.parametrize("state", ["preparing", "failed"])
def test_what_is_not_ready_has_no_picture(paula, draft, state):
    [image] = rows(draft, 1, state=state)
    with pytest.raises(NotVisible):
        picture_url(paula, image.pk)


def every_change(by, draft: Report, image: ReportImage):
    yield lambda: add_images(by, draft.pk, [upload(size=(20, 20))])
    yield lambda: describe_image(by, image.pk, "ajeno", "", "")
    yield lambda: order_images(by, draft.pk, [image.pk])
    yield lambda: remove_image(by, image.pk)
    yield lambda: retry_image(by, image.pk)


@pytest.mark.parametrize(
    ("who", "error"), [("ana", NotAllowed), ("alma", NotAllowed), ("bruno", NotVisible), ("otto", NotAllowed)]
)
def test_nobody_else_touches_them(request, draft, who, error):
    otto = factories.PathologistFactory().staff_member.user
    by = otto if who == "otto" else request.getfixturevalue(who)
    [image] = rows(draft, 1)
    for change in every_change(by, draft, image):
        with pytest.raises(error):
            change()
    assert (draft.images.get(), draft.images.get().caption) == (image, "")


def test_a_finalized_report_keeps_its_images(paula, draft):
    [image] = rows(draft, 1, **READY)
    finalize_report(paula, draft.pk)
    for change in every_change(paula, draft, image):
        with pytest.raises(InvalidTransition):
            change()
    assert draft.images.get().caption == ""
