"""The images of a draft through its pages: taken in, described, ordered, shown, removed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from actors.models import Job
from lims.models import ImageUpload, ReportImage
from lims.services.reports import images as report_images
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
STATEMENTS_STATE = 4


@pytest.fixture
def images(draft) -> list[ReportImage]:
    """Three images that were never prepared."""
    return [
        ReportImage.objects.create(report=draft, position=place, filename=f"{place}.png")
        for place in range(3)
    ]


def upload(name: str = "campo.png", colour: str = "plum", file_format: str = "PNG") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(buffer, file_format)
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def path(draft, rest: str = "") -> str:
    return f"/reports/{draft.pk}/images/{rest}"


def order(draft) -> list[int]:
    return list(draft.images.values_list("pk", flat=True))


def test_several_are_taken_in_at_once(paula, draft, browser):
    client = browser(paula)
    sent = {"images": [upload(), upload("b.jpg", "pink", "JPEG")]}
    answer = client.post(path(draft), sent, **JSON)
    assert answer.status_code == 204
    assert [image.state for image in draft.images.all()] == ["preparing", "preparing"]
    assert Job.objects.filter(actor="prepare_image").count() == ImageUpload.objects.count() == 2
    plain = client.post(path(draft), {"images": [upload()]})
    assert plain["Location"] == f"/reports/{draft.pk}/write/#images"


def test_what_is_no_image_is_refused_and_nothing_is_kept(paula, draft, browser):
    client = browser(paula)
    for files in ([], [SimpleUploadedFile("a.png", b"GIF89a")], [upload(), SimpleUploadedFile("x", b"")]):
        answer = client.post(path(draft), {"images": files}, **JSON)
        assert answer.status_code == 409
        assert answer.json()["error"] and answer.json()["fields"]
    client.post(path(draft), {"images": [SimpleUploadedFile("a.png", b"GIF89a")]})
    assert "a.png" in client.get(f"/reports/{draft.pk}/write/").content.decode()
    assert not ReportImage.objects.exists()


def test_prepared_image_is_shown_by_a_link_into_the_store(buckets, paula, draft, browser):
    client = browser(paula)
    client.post(path(draft), {"images": [upload()]})
    image = ReportImage.objects.get()
    assert client.get(path(draft, f"{image.pk}/picture/")).status_code == 404
    prepare(image)
    answer = client.get(path(draft, f"{image.pk}/picture/"))
    assert answer.status_code == 302 and "X-Amz-Signature" in answer["Location"]
    assert answer["Cache-Control"] == "no-store"
    assert f"/images/{image.pk}/picture/" in client.get(path(draft, "state/")).content.decode()


def prepare(image: ReportImage) -> None:
    """Do what the image's job does, on a claim of its own."""
    from actors import jobs

    job = jobs.claim("prepare_image", Job.objects.get(actor="prepare_image", ref=str(image.pk)).pk)
    report_images.prepare(job)


def test_picture_of_another_report_is_not_found(buckets, paula, draft, browser):
    client = browser(paula)
    client.post(path(draft), {"images": [upload()]})
    image = ReportImage.objects.get()
    prepare(image)
    other = factories.draft_report(paula.staff_member.pathologist)
    assert client.get(path(other, f"{image.pk}/picture/")).status_code == 404


def test_caption_is_saved_and_a_mistake_is_shown(paula, draft, images, browser):
    client = browser(paula)
    typed = {"caption": "Mastocitos ", "magnification": "40x", "stain": "H&E"}
    address = path(draft, f"{images[1].pk}/")
    assert client.post(address, typed, **JSON).status_code == 200
    images[1].refresh_from_db()
    assert (images[1].caption, images[1].magnification, images[1].stain) == ("Mastocitos", "40x", "H&E")
    more = client.post(address, typed | {"caption": "Vaca 🐮"}, **JSON).json()
    assert "🐮" in more["note"] and list(more["notes"]) == ["caption"]
    for name, length in (("caption", 501), ("magnification", 41), ("stain", 61)):
        answer = client.post(address, typed | {name: "x" * length}, **JSON)
        assert (answer.status_code, list(answer.json()["fields"])) == (409, [name])
    assert client.post(address, typed).status_code == 302


def test_order_by_all_ids_and_by_one_step_without_a_script(paula, draft, images, browser):
    client = browser(paula)
    a, b, c = (image.pk for image in images)
    assert client.post(path(draft, "order/"), {"ids": [c, a, b]}, **JSON).status_code == 204
    assert order(draft) == [c, a, b]
    client.post(path(draft, "order/"), {"up": a})
    assert order(draft) == [a, c, b]
    client.post(path(draft, "order/"), {"down": a})
    assert order(draft) == [c, a, b]
    client.post(path(draft, "order/"), {"up": c})
    assert order(draft) == [c, a, b]


@pytest.mark.parametrize("ids", [[], ["x"], ["1"], ["1", "1", "1"], ["²"]])
def test_order_that_is_not_all_of_them_changes_nothing(ids, paula, draft, images, browser):
    before = order(draft)
    assert browser(paula).post(path(draft, "order/"), {"ids": ids}, **JSON).status_code == 409
    assert order(draft) == before


def test_removed_image_is_gone(paula, draft, images, browser):
    client = browser(paula)
    assert client.post(path(draft, f"{images[0].pk}/remove/"), **JSON).status_code == 204
    assert client.post(path(draft, f"{images[1].pk}/remove/")).status_code == 302
    assert order(draft) == [images[2].pk]
    assert client.post(path(draft, f"{images[0].pk}/remove/"), **JSON).status_code == 404


def test_failed_image_says_why_and_can_be_tried_again_while_it_is_kept(paula, draft, images, browser):
    client = browser(paula)
    kept, lost = images[:2]
    ReportImage.objects.filter(pk__in=[kept.pk, lost.pk]).update(state="failed", problem="No se pudo guardar")
    ImageUpload.objects.create(image=kept, content=b"x")
    page = client.get(path(draft, "state/")).content.decode()
    assert page.count("No se pudo guardar") == 2
    assert f"/images/{kept.pk}/retry/" in page and f"/images/{lost.pk}/retry/" not in page
    assert client.post(path(draft, f"{lost.pk}/retry/"), **JSON).status_code == 409
    assert client.post(path(draft, f"{kept.pk}/retry/"), **JSON).status_code == 204
    kept.refresh_from_db()
    assert kept.state == "preparing"


def test_statements_do_not_grow_with_the_images(paula, draft, images, browser, django_assert_num_queries):
    client = browser(paula)
    for more in (0, 20):
        for place in range(more):
            ReportImage.objects.create(report=draft, position=place + 3)
        with django_assert_num_queries(STATEMENTS_STATE):
            client.get(path(draft, "state/"))
