"""A pathologist's page: the signature is looked at before it is kept, and nobody signs without one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lims.models import Asset, Pathologist
from tests import factories
from tests.lims.admin.saving import save
from tests.pictures import upload

pytestmark = pytest.mark.django_db
ADD = "/admin/lims/pathologist/add/"
TYPED = {"licence": "MP 9", "specialty": "Patología", "contact": "p@lab.test"}


@pytest.fixture
def pathologist(paula) -> Pathologist:
    return paula.staff_member.pathologist


def page(pathologist: Pathologist, name: str = "change") -> str:
    return f"/admin/lims/pathologist/{pathologist.pk}/{name}/"


def errors(response) -> set[str]:
    return set(response.context["adminform"].form.errors)


def png(name: str = "firma.png", **options) -> SimpleUploadedFile:
    return upload(name, (60, 20), file_format="PNG", **options)


def test_a_member_of_the_staff_is_made_one_with_a_signature(admin):
    member = factories.StaffMemberFactory(user__role="pathologist")
    posted = TYPED | {"staff_member": member.pk, "signature": png(), "may_sign": "on"}
    assert admin.post(ADD, posted).status_code == 302
    made = Pathologist.objects.get()
    assert (made.staff_member, made.licence, made.may_sign) == (member, "MP 9", True)
    assert (made.signature.width_px, made.signature.height_px) == (60, 20)


def test_staff_of_another_role_cannot_be_chosen(admin, ana, pathologist):
    for member in (ana.staff_member, pathologist.staff_member):
        response = admin.post(ADD, TYPED | {"staff_member": member.pk})
        assert errors(response) == {"staff_member"}
    assert Pathologist.objects.count() == 1


def test_the_signature_is_shown_replaced_and_removed(admin, pathologist):
    before = pathologist.signature_id
    assert "data:image/png;base64," in admin.get(page(pathologist)).content.decode()
    assert save(admin, page(pathologist), TYPED | {"may_sign": "on"}).status_code == 302
    pathologist.refresh_from_db()
    assert (pathologist.signature_id, pathologist.licence) == (before, "MP 9")
    save(admin, page(pathologist), TYPED | {"may_sign": "on", "signature": png()})
    pathologist.refresh_from_db()
    assert pathologist.signature_id != before
    save(admin, page(pathologist), TYPED | {"remove_signature": "on"})
    pathologist.refresh_from_db()
    assert (pathologist.signature, pathologist.may_sign) == (None, False)
    assert "data:image" not in admin.get(page(pathologist)).content.decode()


def test_whose_it_is_does_not_change(admin, pathologist):
    other = factories.StaffMemberFactory(user__role="pathologist")
    save(admin, page(pathologist), TYPED | {"staff_member": other.pk})
    assert Pathologist.objects.get().staff_member == pathologist.staff_member


@pytest.mark.parametrize(
    "file",
    [lambda: upload("firma.gif", file_format="GIF"), lambda: SimpleUploadedFile("firma.png", b"<svg/>")],
    ids=["gif", "svg"],
)
def test_wrong_signature_is_told_beside_the_field_and_nothing_is_stored(admin, pathologist, file):
    response = save(admin, page(pathologist), TYPED | {"signature": file()})
    assert errors(response) == {"signature"}
    assert "MP 9" in response.content.decode()
    pathologist.refresh_from_db()
    assert pathologist.licence != "MP 9"
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"), [({"licence": ""}, "licence"), ({"remove_signature": "on"}, "may_sign")]
)
def test_nobody_signs_without_licence_and_signature(admin, pathologist, changed, field):
    response = save(admin, page(pathologist), TYPED | {"may_sign": "on"} | changed)
    assert errors(response) == {field}


def test_nobody_is_deleted(admin, pathologist):
    assert admin.post(page(pathologist, "delete"), {"post": "yes"}).status_code == 403
