"""Veterinarians for the laboratory: to verify first, found by words, as CSV; a vet's own patients."""

import csv
import io

import pytest

from lims.models import Veterinarian
from lims.services.people.profiles import save_profile
from lims.services.protocols.patients import previous_patients
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def client(ana, browser):
    return browser(ana)


def names(answer) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def test_those_to_verify_stand_first_and_once(client, bruno, carla):
    factories.verify(bruno)
    page = client.get("/veterinarians/").content.decode()
    assert page.index("Carla") < page.index("Bruno")
    assert page.count(f'href="/veterinarians/{carla.veterinarian.pk}/"') == 1


def test_one_is_verified_from_the_list(client, bruno):
    address = f"/veterinarians/{bruno.veterinarian.pk}/verify/"
    assert 'name="version" value="1"' in client.get("/veterinarians/").content.decode()
    client.post(address, {"version": "1"})
    page = client.get("/veterinarians/").content.decode()
    assert "/verify/" not in page and "Bruno" in page
    assert client.post(address, {"version": "1"}, **JSON).status_code == 200


@pytest.mark.parametrize("sent", [{"version": "1"}, {"version": "x"}, {}])
def test_nobody_is_verified_whom_nobody_has_read(client, bruno, sent):
    save_profile(bruno, 1, "es", licence="MP 9")
    address = f"/veterinarians/{bruno.veterinarian.pk}/"
    refused = client.post(f"{address}verify/", sent, **JSON)
    assert (refused.status_code, set(refused.json())) == (409, {"error", "fields"})
    page = client.post(f"{address}verify/", sent, follow=True)
    assert page.redirect_chain[-1][0] == address
    assert refused.json()["error"] in page.content.decode()
    assert Veterinarian.objects.get().verified_at is None
    assert client.get(address, **JSON).json()["version"] == 2
    client.post(f"{address}verify/", {"version": "2"})
    assert Veterinarian.objects.get().verified_at


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bruno", ["Bruno Pérez"]),
        ("pérez sur", ["Carla Pérez", "Bruno Pérez"]),
        ("carla@lab", ["Carla Pérez"]),
    ],
)
def test_words_find_names_clinics_and_addresses(client, bruno, carla, query, found):
    assert names(client.get("/veterinarians/", {"q": query}, **JSON)) == found


@pytest.mark.parametrize("query", ["%", "_", "'; --", "x" * 10_000, "\0"])
def test_hostile_search_is_harmless(client, bruno, query):
    assert client.get("/veterinarians/", {"q": query}).status_code == 200


def test_filter_leaves_those_to_verify(client, bruno, carla):
    factories.verify(bruno)
    assert names(client.get("/veterinarians/", {"verified": "no"}, **JSON)) == ["Carla Pérez"]
    assert names(client.get("/veterinarians/", {"verified": "yes"}, **JSON)) == ["Bruno Pérez"]


def test_csv_has_all_and_no_formula(client, bruno):
    Veterinarian.objects.update(clinic="=cmd()")
    file = b"".join(client.get("/veterinarians/?format=csv").streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    assert (row["Nombres"], row["Clínica"]) == ("Bruno", "'=cmd()")


@pytest.mark.parametrize("count", [1, 24])
def test_statements_do_not_grow_with_the_list(client, count, django_assert_num_queries):
    for number in range(count):
        vet = factories.VeterinarianFactory()
        if number % 2:
            factories.verify(vet.user)
    # Session, user, those to verify, the others, and the header.
    with django_assert_num_queries(5):
        client.get("/veterinarians/")


def test_page_of_one_counts_what_was_sent(client, bruno):
    for status in ("ready", "ready", "draft"):
        factories.ProtocolFactory(veterinarian=bruno.veterinarian, status=status)
    page = client.get(f"/veterinarians/{bruno.veterinarian.pk}/").content.decode()
    assert "<dt>Listo</dt><dd>2</dd>" in page and "Borrador" not in page


def test_page_of_one_warns_of_who_has_the_same_licence(client, bruno, carla):
    Veterinarian.objects.filter(user=bruno).update(licence="mp 9")
    Veterinarian.objects.filter(user=carla).update(licence="MP 9")
    page = client.get(f"/veterinarians/{bruno.veterinarian.pk}/").content.decode()
    assert f'href="/veterinarians/{carla.veterinarian.pk}/"' in page


def test_own_patients_are_offered_newest_first_and_each_once(bruno, carla, browser):
    vet = bruno.veterinarian
    for animal in ("Mora", "Toto", "mora"):
        factories.ProtocolFactory(veterinarian=vet, animal=animal, owner_last_names="Gómez")
    factories.ProtocolFactory(veterinarian=carla.veterinarian, animal="Moro")
    client = browser(bruno)

    def offered(text):
        return [
            row["animal"]
            for row in client.get("/protocols/patients/", {"animal": text}, **JSON).json()["results"]
        ]

    assert offered("mor") == ["mora"]
    assert offered("góm") == ["mora", "Toto"]
    assert offered("moro") == []
    assert "Toto" in client.get("/protocols/patients/", {"animal": "tot"}).content.decode()


def test_laboratory_has_no_patients(ana, bruno):
    factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    assert previous_patients(ana, "") == []
