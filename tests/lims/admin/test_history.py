"""The history button of a thing's page in the admin leads to its changes."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "kind", ["price", "user", "laboratory", "veterinarian", "staff-member", "pathologist"]
)
def test_history_is_that_of_the_changes(kind, alma, ana, bruno, paula, client):
    client.force_login(alma)
    things = {
        "price": factories.PriceFactory(),
        "user": bruno,
        "laboratory": factories.laboratory(),
        "veterinarian": bruno.veterinarian,
        "staff-member": ana.staff_member,
        "pathologist": paula.staff_member.pathologist,
    }
    thing = things[kind]
    path = f"/admin/lims/{thing._meta.model_name}/{thing.pk}"
    assert f"{path}/history/" in client.get(f"{path}/change/").content.decode()
    answer = client.get(f"{path}/history/")
    assert answer["Location"] == f"/audit/{kind}/{thing.pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert f'href="{path}/change/"' in page or kind == "veterinarian"


@pytest.mark.parametrize("key", ["999", "x", "1_2f"])
def test_what_is_not_there_has_none(key, alma, client):
    client.force_login(alma)
    assert client.get(f"/admin/lims/price/{key}/history/").status_code == 404
