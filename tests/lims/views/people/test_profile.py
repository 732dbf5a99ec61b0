"""A vet's own page: profile, preferences and language; everybody else's language."""

import pytest

from actors.models import Job
from lims.errors import Incomplete, NotAllowed, StaleEdit
from lims.models import Delivery, Notification, Veterinarian
from lims.services.people.profiles import save_profile
from lims.services.people.veterinarians import unverify_veterinarian, verify_veterinarians
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
TYPED = {
    "version": "0",
    "language": "es",
    "first_names": "Eva",
    "last_names": "Paz",
    "licence": "MP 77",
    "tax_id": "27 12345678 0",
    "vat_condition": "monotributo",
    "phone": "+54 249 411-1111",
    "report_by_email": "attachment",
    "notify_on_report": "on",
}


@pytest.fixture
def eva(db):
    """A vet of whom nothing is known."""
    return factories.UserFactory(email="eva@lab.test")


def test_first_profile_is_written_and_the_laboratory_told(eva, ana, browser):
    answer = browser(eva).post("/profile/", TYPED)
    assert answer["Location"] == "/protocols/"
    vet = eva.veterinarian
    assert (vet.name, vet.tax_id, vet.lock_version) == ("Eva Paz", "27-12345678-0", 1)
    assert (vet.notify_on_reception, vet.notify_on_report) == (False, True)
    assert (vet.verified_at, vet.report_by_email) == (None, "attachment")
    told = Notification.objects.get(user=ana)
    assert (told.kind, told.subject, told.path) == ("vet_registered", "Eva Paz", f"/veterinarians/{vet.pk}/")


def test_double_click_makes_one_profile(eva, browser):
    client = browser(eva)
    assert [client.post("/profile/", TYPED).status_code for _ in range(2)] == [302, 302]
    assert Veterinarian.objects.get().lock_version == 1
    assert Notification.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"first_names": " "}, "first_names"),
        ({"licence": ""}, "licence"),
        ({"last_names": "x" * 101}, "last_names"),
        ({"tax_id": "20-123"}, "tax_id"),
        ({"tax_id": "27-12345678-4"}, "tax_id"),
        ({"tax_id": "99-12345678-0"}, "tax_id"),
        ({"alternative_email": "nobody"}, "alternative_email"),
        ({"vat_condition": "none"}, "vat_condition"),
        ({"language": "xx"}, "language"),
        ({"version": "x"}, "version"),
    ],
)
def test_mistake_stands_beside_its_field_and_nothing_is_kept(eva, browser, fields, wrong):
    answer = browser(eva).post("/profile/", TYPED | fields)
    assert answer.status_code == 409
    assert list(answer.context["form"].errors) == [wrong]
    assert "+54 249 411-1111" in answer.content.decode()
    assert list(browser(eva).post("/profile/", TYPED | fields, **JSON).json()["fields"]) == [wrong]
    assert not Veterinarian.objects.exists()


def test_services_check_by_themselves(eva, ana):
    with pytest.raises(Incomplete) as refused:
        save_profile(eva, 0, "es", first_names="", last_names="Paz", licence="x" * 31)
    assert set(refused.value.fields) == {"first_names", "licence"}
    with pytest.raises(NotAllowed):
        save_profile(ana, 0, "es", first_names="Ana", last_names="S", licence="1")


def test_second_window_is_told_and_sees_both(bruno, browser):
    typed = TYPED | {"version": "1", "clinic": "Del Norte"}
    browser(bruno).post("/profile/", typed)
    late = browser(bruno).post("/profile/", typed | {"clinic": "Del Este"})
    assert late.status_code == 409
    assert "Del Norte" in late.content.decode() and 'value="Del Este"' in late.content.decode()
    bruno.veterinarian.refresh_from_db()
    assert bruno.veterinarian.clinic == "Del Norte"
    with pytest.raises(StaleEdit):
        save_profile(bruno, 1, "es", clinic="Otra")


def test_page_costs_four_statements(bruno, browser, django_assert_num_queries):
    client = browser(bruno)
    # Session, user, profile, and the header.
    with django_assert_num_queries(4):
        assert client.get("/profile/").status_code == 200


def test_language_is_spoken_at_once(bruno, browser):
    client = browser(bruno)
    client.post("/profile/", TYPED | {"version": "1", "language": "en"})
    assert "Saved." in client.get("/profile/").content.decode()


@pytest.mark.parametrize(("fields", "stays"), [({"clinic": "Otra"}, True), ({"licence": "MP 9"}, False)])
def test_who_a_vet_is_is_verified_anew_once_it_changes(bruno, ana, fields, stays):
    factories.verify(bruno)
    vet = save_profile(bruno, 1, "es", **fields)
    assert (vet.verified_at is not None) is stays
    assert Notification.objects.filter(user=ana, kind="vet_registered").exists() is not stays


def test_laboratory_changes_its_language_there(ana, browser):
    client = browser(ana)
    assert client.post("/profile/", {"language": "xx"}).status_code == 409
    client.post("/profile/", {"language": "en"})
    ana.refresh_from_db()
    assert ana.language == "en"


def test_verified_vet_is_told_once(bruno, ana):
    assert [verify_veterinarians(ana, [bruno.veterinarian.pk]) for _ in range(2)] == [1, 0]
    bruno.veterinarian.refresh_from_db()
    assert bruno.veterinarian.verified_by == ana
    assert Notification.objects.get().kind == "vet_verified"
    assert Job.objects.get(actor="send_delivery").ref == str(Delivery.objects.get().pk)


def test_verification_can_be_taken_back(bruno, ana, carla):
    verify_veterinarians(ana, [bruno.veterinarian.pk])
    assert unverify_veterinarian(ana, bruno.veterinarian.pk).verified_at is None
    for verb, arguments in ((verify_veterinarians, [1]), (unverify_veterinarian, 1)):
        with pytest.raises(NotAllowed):
            verb(carla, arguments)
