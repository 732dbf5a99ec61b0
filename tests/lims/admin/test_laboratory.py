"""The laboratory's page: one row, and a logo that is looked at before it is kept."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lims.documents.work_orders import work_order
from lims.models import Asset, Laboratory
from tests import factories
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
ADD, CHANGE = "/admin/lims/laboratory/add/", "/admin/lims/laboratory/1/change/"


def typed(**changed) -> dict:
    return {"name": "Laboratorio", "work_order_terms": "Pago a 30 días"} | changed


def image(
    file_format: str = "PNG", size: tuple[int, int] = (60, 40), name: str = "logo.png"
) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, file_format)
    return SimpleUploadedFile(name, buffer.getvalue())


def test_list_leads_to_the_one_row(admin):
    assert admin.get("/admin/lims/laboratory/").url == ADD
    assert admin.post(ADD, typed()).status_code == 302
    assert Laboratory.objects.get().pk == 1
    assert admin.get("/admin/lims/laboratory/").url == CHANGE


def test_there_is_never_a_second_row_nor_none(admin):
    factories.laboratory()
    assert admin.post(ADD, typed(name="Otro")).status_code == 403
    assert admin.post("/admin/lims/laboratory/1/delete/", {"post": "yes"}).status_code == 403
    assert Laboratory.objects.count() == 1


def test_logo_is_kept_shown_and_part_of_the_papers(admin, ana, bruno):
    factories.laboratory()
    order = factories.issued_order(ana, bruno.veterinarian)
    before = work_order.snapshot(order.pk)
    assert save(admin, CHANGE, typed(logo=image())).status_code == 302
    logo = Laboratory.objects.get().logo
    assert (logo.width_px, logo.height_px, logo.media_type) == (60, 40, "image/png")
    assert "data:image/png;base64," in admin.get(CHANGE).content.decode()
    assert work_order.snapshot(order.pk)["laboratory"]["logo"]["sha256"] == logo.pk
    assert work_order.snapshot(order.pk) != before


def test_saving_without_a_new_logo_keeps_it_and_the_switch_removes_it(admin):
    factories.laboratory()
    save(admin, CHANGE, typed(logo=image()))
    save(admin, CHANGE, typed(name="Nuevo nombre"))
    assert Laboratory.objects.get().name == "Nuevo nombre"
    assert Laboratory.objects.get().logo
    save(admin, CHANGE, typed(remove_logo="on"))
    assert Laboratory.objects.get().logo is None


@pytest.mark.parametrize(
    "upload",
    [
        lambda: image("GIF"),
        lambda: SimpleUploadedFile("logo.png", b"<svg/>"),
        lambda: image(size=(2_001, 2_000)),
        lambda: SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + b"x" * 5_300_000),
    ],
    ids=["gif", "svg", "pixels", "bytes"],
)
def test_wrong_logo_is_told_beside_the_field_and_nothing_is_stored(admin, upload):
    factories.laboratory()
    response = save(admin, CHANGE, typed(name="Typed", logo=upload()))
    assert set(response.context["adminform"].form.errors) == {"logo"}
    assert "Typed" in response.content.decode()
    assert not Asset.objects.exists()
    assert Laboratory.objects.get().name != "Typed"


def test_name_is_required(admin):
    response = admin.post(ADD, typed(name=" "))
    assert set(response.context["adminform"].form.errors) == {"name"}
