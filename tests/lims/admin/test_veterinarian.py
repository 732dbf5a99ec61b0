"""Veterinarians, as administrators write, correct and verify them."""

import pytest

from lims.models import Veterinarian
from lims.services.people.profiles import save_profile
from lims.services.people.veterinarians import verify_veterinarians
from tests import factories
from tests.lims.admin.saving import posted, save

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/lims/veterinarian/", "/admin/lims/veterinarian/add/"
TYPED = {"first_names": "Eva", "last_names": "Paz", "licence": "MP 1", "vat_condition": "exempt"}


@pytest.fixture
def vet(bruno) -> Veterinarian:
    return bruno.veterinarian


def page(vet: Veterinarian, name: str = "change") -> str:
    return f"{LIST}{vet.pk}/{name}/"


def form_of(response):
    return response.context["adminform"].form


def messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_profile_belongs_to_an_account_of_the_right_role_and_only_once(admin, ana, bruno):
    fresh = factories.UserFactory(role="veterinarian")
    for user in (ana, bruno):
        assert set(form_of(admin.post(ADD, TYPED | {"user": user.pk})).errors) == {"user"}
    assert admin.post(ADD, TYPED | {"user": fresh.pk}).status_code == 302
    assert (fresh.veterinarian.name, fresh.veterinarian.verified_at) == ("Eva Paz", None)


def test_correction_takes_a_cuit_as_it_is_typed_and_keeps_the_rest(admin, alma, vet):
    Veterinarian.objects.update(alternative_email="otro@lab.test")
    verify_veterinarians(alma, [vet.pk])
    assert save(admin, page(vet), TYPED | {"tax_id": "27 12345678 0"}).status_code == 302
    vet.refresh_from_db()
    assert (vet.name, vet.tax_id, vet.lock_version) == ("Eva Paz", "27-12345678-0", 2)
    assert vet.alternative_email == "otro@lab.test" and vet.verified_at


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tax_id": "27-12345678-4"}, "tax_id"),
        ({"tax_id": "123"}, "tax_id"),
        ({"licence": " "}, "licence"),
        ({"last_names": "x" * 101}, "last_names"),
        ({"vat_condition": "none"}, "vat_condition"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_mistake_stands_beside_its_field_and_nothing_is_kept(admin, vet, is_new, changed, field):
    before = list(Veterinarian.objects.values())
    values = TYPED | {"clinic": "Del Norte", "user": factories.UserFactory().pk} | changed
    response = admin.post(ADD, values) if is_new else save(admin, page(vet), values)
    assert set(form_of(response).errors) == {field}
    assert 'value="Del Norte"' in response.content.decode()
    assert list(Veterinarian.objects.values()) == before


def test_vets_newer_profile_is_not_overwritten_until_the_administrator_has_seen_it(admin, vet):
    old = posted(form_of(admin.get(page(vet))))
    save_profile(vet.user, 1, "es", clinic="Del Norte", phone="1", notify_on_processing=True)
    response = admin.post(page(vet), old | {"clinic": "Del Este"})
    form = form_of(response)
    assert form.non_field_errors() and 'value="Del Este"' in response.content.decode()
    assert [field for field in form.errors if "Del Norte" in str(form.errors[field])] == ["clinic"]
    assert Veterinarian.objects.get().clinic == "Del Norte"
    assert admin.post(page(vet), posted(form) | {"phone": "1"}).status_code == 302
    saved = Veterinarian.objects.get()
    assert (saved.clinic, saved.phone, saved.lock_version) == ("Del Este", "1", 3)
    assert saved.notify_on_processing


def test_page_without_its_version_overwrites_nothing(admin, vet):
    assert form_of(admin.post(page(vet), TYPED)).non_field_errors()
    assert Veterinarian.objects.get().first_names == "Bruno"


def test_one_is_verified_once(admin, alma, vet):
    assert admin.get(page(vet, "verify")).status_code == 405
    admin.post(page(vet, "verify"), {"version": vet.lock_version})
    vet.refresh_from_db()
    first = vet.verified_at
    assert first and vet.verified_by == alma
    admin.post(page(vet, "verify"), {"version": vet.lock_version})
    admin.post(LIST, {"action": "verify_selected", "_selected_action": [vet.pk]})
    vet.refresh_from_db()
    assert vet.verified_at == first


def test_selected_ones_are_verified(admin, vet, carla):
    admin.post(LIST, {"action": "verify_selected", "_selected_action": [vet.pk, carla.veterinarian.pk]})
    assert not Veterinarian.objects.filter(verified_at=None).exists()


def test_nobody_is_verified_who_was_changed_since_the_page_was_read(admin, vet):
    shown = admin.get(page(vet)).content.decode()
    assert 'name="version" value="1"' in shown
    save_profile(vet.user, 1, "es", licence="MP 9")
    for version in ("1", "x", None):
        response = admin.post(page(vet, "verify"), {"version": version} if version else {}, follow=True)
        assert messages(response)
        assert Veterinarian.objects.get().verified_at is None
    admin.post(page(vet, "verify"), {"version": "2"})
    assert Veterinarian.objects.get().verified_at


def test_those_awaiting_verification_are_found(admin, alma, bruno, carla):
    verify_veterinarians(alma, [bruno.veterinarian.pk])
    for chosen, expected in (("no", carla), ("yes", bruno)):
        found = admin.get(LIST, {"verified": chosen}).context["cl"].result_list
        assert list(found) == [expected.veterinarian]
