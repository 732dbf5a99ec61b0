"""Every role finds its pages from every page; none is led to what it may not see."""

import re

import pytest

from lims.templatetags.navigation import DAILY, LESS_OFTEN
from tests import factories

NAVIGATION = re.compile(r'<nav class="site-nav".*?</nav>', re.DOTALL)
ROLES = ("bruno", "ana", "paula", "alma")


def links(client, path: str = "/") -> list[str]:
    return re.findall(r'href="([^"]+)"', navigation(client, path))


def navigation(client, path: str = "/") -> str:
    found = NAVIGATION.search(client.get(path).content.decode())
    assert found
    return found[0]


@pytest.mark.parametrize("name", ROLES)
def test_every_link_of_a_role_leads_to_a_page(name, request, browser):
    client = browser(request.getfixturevalue(name))
    found = links(client)
    role = request.getfixturevalue(name).role
    assert len(found) == len(DAILY[role]) + len(LESS_OFTEN[role])
    assert {path: client.get(path).status_code for path in found} == dict.fromkeys(found, 200)


@pytest.mark.parametrize("name", ROLES)
def test_page_that_is_open_is_marked_and_no_other(name, request, browser):
    client = browser(request.getfixturevalue(name))
    for path in ("/", "/protocols/"):
        assert re.findall(r'href="([^"]+)" aria-current="page"', navigation(client, path)) == [path]


def test_roles_see_what_is_theirs(bruno, ana, paula, alma, browser):
    seen = {user.role: set(links(browser(user))) for user in (bruno, ana, paula, alma)}
    assert seen["veterinarian"].isdisjoint({"/reception/", "/deliveries/", "/statistics/", "/veterinarians/"})
    assert "/reception/" in seen["staff"] and "/statistics/" not in seen["staff"]
    assert "/reports/to-write/" in seen["pathologist"]
    assert "/statistics/" in seen["admin"]


def test_labels_are_in_the_readers_language(browser, db):
    reader = factories.VeterinarianFactory(user__language="en").user
    assert "Work orders" in navigation(browser(reader))
